"""What a change does to the text of a configuration: merged lines, patches, commands."""
