"""Résumés: a PDF, DOCX or plain-text file of unknown intent to text, sections and skills, in Chinese and English."""
