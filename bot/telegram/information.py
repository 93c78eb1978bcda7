"""What the bot tells about itself and its documents."""

from telegram import Update

from bot.examples import examples
from bot.telegram import screens
from bot.telegram.asking import is_private
from bot.telegram.citations import acknowledge, button_of
from bot.telegram.commands import publish
from bot.telegram.post import place_of
from bot.telegram.services import Services

_EXAMPLES = 3


class Information:
    """Commands that everybody who may ask may use."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._examples: tuple[str, list[str]] = ("", [])  # of which generation

    async def start(self, update: Update, _: object) -> None:
        """/start."""
        message = update.effective_message
        if message is None:
            return
        user = update.effective_user
        if user and self._to.access.is_admin(user.id):  # Telegram lists commands only in chats that exist
            await publish(self._to.bot, [user.id])
        documents, tries = await self._to.work(self._introduce)
        screen = screens.start(documents, tries if is_private(message) else ())
        await self._to.post.send(place_of(message), screen)

    async def help(self, update: Update, _: object) -> None:
        """/help."""
        await self._say(update, screens.text(*screens.HELP.split("\n\n")))

    async def privacy(self, update: Update, _: object) -> None:
        """/privacy."""
        telegram = self._to.settings.telegram
        texts = " and the texts of questions" if telegram.log_questions else ", but no texts"
        await self._say(update, screens.text(screens.PRIVACY.format(days=telegram.keep_days, texts=texts)))

    async def reset(self, update: Update, _: object) -> None:
        """/reset."""
        chat = update.effective_chat
        if chat is not None:
            self._to.answers.forget(chat.id)
            await self._say(update, screens.text("Forgotten: I start afresh in this chat."))

    async def sources(self, update: Update, _: object) -> None:
        """/sources."""
        entries = await self._to.look_up(self._to.engine.sources)
        await self._say(update, screens.sources(entries, 0))

    async def page(self, update: Update, _: object) -> None:
        """A button below /sources."""
        button = button_of(update)
        if button is None:
            return
        await acknowledge(button.query)
        entries = await self._to.look_up(self._to.engine.sources)
        screen = screens.sources(entries, int(button.words[1]))
        await self._to.post.edit(button.place, [button.message], screen)

    async def unknown(self, update: Update, _: object) -> None:
        """A command that there is not; in a group it may be meant for another bot."""
        message = update.message
        if message is not None and is_private(message):
            await self._say(
                update, screens.text("I do not know this command. /help tells what I understand.")
            )

    async def _say(self, update: Update, screen: screens.Screen) -> None:
        if update.effective_message is not None:
            await self._to.post.send(place_of(update.effective_message), screen)

    def _introduce(self) -> tuple[int, list[str]]:
        """How many documents there are, and questions to try; found out once for each generation."""
        engine = self._to.engine
        generation = engine.generation()
        if self._examples[0] != generation.name:
            found = examples(engine, _EXAMPLES, screens.MOST_EXAMPLE_BYTES)
            self._examples = generation.name, found
        return generation.manifest.documents, self._examples[1]
