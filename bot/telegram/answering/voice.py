"""Spoken questions: understood on this machine, kept nowhere, and answered as if they had been typed."""

from functools import partial

from telegram import Update
from telegram.error import TelegramError

from bot.hearing import LONGEST, Recogniser, Unheard
from bot.telegram.answering.asking import Asking
from bot.telegram.answering.questions import is_private, replies_to
from bot.telegram.events import event
from bot.telegram.services import Services
from bot.telegram.showing import screens
from bot.telegram.transport.post import place_of
from bot.texts import gettext, noop

_MOST = 2_000_000  # bytes; half a minute takes 100,000

TOO_LONG = noop("Please ask in less than half a minute, or type your question.")
NOT_UNDERSTOOD = noop("I did not understand that. Please say it again, in English, or type your question.")
NOT_FETCHED = noop("I could not get your voice message from Telegram. Please send it again.")


class Voice:
    """Answers voice messages: all in a private chat, in groups those that reply to the bot."""

    def __init__(self, services: Services, asking: Asking, recogniser: Recogniser) -> None:
        self._to = services
        self._asking = asking
        self._recogniser = recogniser

    async def message(self, update: Update, _: object) -> None:
        """A voice message."""
        message, to = update.message, self._to
        if message is None or message.voice is None:
            return
        if not (is_private(message) or replies_to(message, to.bot.bot)):
            return
        place, voice = place_of(message), message.voice
        seconds = voice.duration if isinstance(voice.duration, int) else voice.duration.total_seconds()
        if seconds > LONGEST or (voice.file_size or 0) > _MOST:
            await to.post.send(place, screens.text(gettext(TOO_LONG)))
            return
        async with to.post.typing(place):
            try:
                sound = bytes(await (await to.bot.get_file(voice)).download_as_bytearray())
                question = await to.work(partial(self._recogniser.words, sound))
            except TelegramError as error:
                event("unfetched", chat=place.chat, reason=type(error).__name__)
                question, told = "", gettext(NOT_FETCHED)
            except Unheard:
                question, told = "", gettext(NOT_UNDERSTOOD)
        if question:
            await self._asking.spoken(message, question)
        else:
            await to.post.send(place, screens.text(told))
