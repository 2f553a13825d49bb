"""Reading: what pages of the monitoring desk show."""
