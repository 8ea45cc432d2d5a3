"""Question templates: questions that are asked again and again."""
