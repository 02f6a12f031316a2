"""What a chart is, what it has in common with others, and how it is drawn."""
