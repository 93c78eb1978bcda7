"""Files that people send in, and what the bot says of them in the end."""

from tests.telegram.chats import Chat, Sent
from tests.telegram.talks import reply


def done(chat: Chat, begun: Sent) -> Sent:
    """The message that says that something is read, once it says what came of it."""

    def told(_: list[Sent]) -> Sent | None:
        now = chat.get(begun)
        return now if now and not now.text.startswith(("Reading", "Renewing", "Removing")) else None

    return chat.wait_until(told, 20)


def say_file(chat: Chat, name: str, content: bytes, **fields: object) -> Sent:
    """Somebody sends a file; the bot's first reply to that."""
    return reply(chat, chat.send_file(name, content, **fields)["message_id"])
