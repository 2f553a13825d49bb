"""Pages of the monitoring desk."""
