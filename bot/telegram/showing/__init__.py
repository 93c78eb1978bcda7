"""What people see: answers, documents and requests in, messages and buttons out; nothing is sent here."""
