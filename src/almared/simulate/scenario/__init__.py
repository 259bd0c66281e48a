"""What is simulated: scenario files, the order of scans, windows, executions."""
