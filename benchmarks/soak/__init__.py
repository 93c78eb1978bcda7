"""Hundreds of chats ask a bot thousands of questions, while everything that can go wrong does."""
