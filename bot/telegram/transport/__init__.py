"""To Telegram and back: updates in, each handled once; messages out, paced and never sent twice."""
