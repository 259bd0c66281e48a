"""The final checklist, the README, the package and the script that restores the calibrated data from it."""
