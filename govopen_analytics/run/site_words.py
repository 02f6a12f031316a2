"""What the pages say, in the languages of reports."""
