"""Language: sentences, keywords and text embeddings in Chinese and English."""
