"""What the last version promised, compared with this one: docs/compatibility.md has the rules."""
