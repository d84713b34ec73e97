"""What users give: clips, settings, and clicks on frames."""
