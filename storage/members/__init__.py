"""Members: the people of an organisation, each with a role."""
