"""What is asked: a folder for each assignment, with its TOML file and a starter per framework."""
