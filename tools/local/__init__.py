"""The site on one machine, without containers: what `make run` and `make stop` do."""
