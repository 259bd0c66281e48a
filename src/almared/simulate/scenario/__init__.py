"""What to simulate: scenario files, the order of scans, windows, executions."""
