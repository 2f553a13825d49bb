"""The pages of timetabling."""
