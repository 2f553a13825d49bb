"""The forms of timetabling."""
