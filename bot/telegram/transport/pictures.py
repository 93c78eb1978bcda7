"""Pictures out to chats: each is uploaded once; after that, Telegram shows it again by its id."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.telegram.showing.html import Message as Styled
from bot.telegram.transport.post import Place, Post, replying_to
from bot.telegram.transport.uploading import Uploading

_UPLOAD = 60.0  # seconds for which a piece of a picture may take to be sent

Drawn = Callable[[], Awaitable[bytes]]


class Picture(NamedTuple):
    """A picture to show, with what stands below it.

    ``key`` is another one whenever the bytes are; these are made only if Telegram does not have them.
    """

    key: str
    draw: Drawn
    caption: Styled
    keyboard: InlineKeyboardMarkup | None


class Pictures:
    """Sends pictures, and changes those that were sent."""

    def __init__(self, bot: Bot, post: Post) -> None:
        self._bot = bot
        self._post = post
        self._uploading = Uploading()

    async def send(self, place: Place, picture: Picture) -> None:
        """Send a picture."""

        async def attempt(photo: bytes | str) -> Message:
            async def there(place: Place) -> Message:
                return await self._bot.send_photo(
                    place.chat,
                    photo,
                    caption=picture.caption.html,
                    parse_mode=ParseMode.HTML,
                    reply_markup=picture.keyboard,
                    message_thread_id=place.thread,
                    reply_parameters=replying_to(place),
                    disable_notification=True,
                    write_timeout=_UPLOAD,
                )

            _, sent = await self._post.wherever(place, there)
            return sent

        await self._once(picture, attempt)

    async def edit(self, place: Place, number: int, picture: Picture) -> None:
        """Show a picture in the message that shows another one; anew where that message is gone."""

        async def attempt(photo: bytes | str) -> Message | bool:
            return await self._bot.edit_message_media(
                InputMediaPhoto(photo, caption=picture.caption.html, parse_mode=ParseMode.HTML),
                chat_id=place.chat,
                message_id=number,
                reply_markup=picture.keyboard,
                write_timeout=_UPLOAD,
            )

        try:
            await self._once(picture, attempt)
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return
            if "not found" not in str(error).lower() and "can't be edited" not in str(error).lower():
                raise
            await self.send(place, picture)

    async def _once(
        self, picture: Picture, attempt: Callable[[bytes | str], Awaitable[Message | bool]]
    ) -> None:
        """Show a picture by its id, or else upload it."""

        async def upload() -> str | None:
            sent = await attempt(await picture.draw())
            return sent.photo[-1].file_id if isinstance(sent, Message) and sent.photo else None

        await self._uploading.once(picture.key, attempt, upload)
