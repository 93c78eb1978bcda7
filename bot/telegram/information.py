"""What the bot tells about itself and its documents."""

from difflib import get_close_matches
from functools import partial

from telegram import Update

from bot.engine import Engine
from bot.examples import examples
from bot.telegram.answering.questions import asker_of, command_of, is_private
from bot.telegram.commands import ADMINISTRATORS, EVERYBODY, publish
from bot.telegram.presses import acknowledge, button_of, hurried
from bot.telegram.services import Services
from bot.telegram.showing import about, listed, screens
from bot.telegram.transport.post import place_of
from bot.texts import gettext
from index.scope import Scope

_EXAMPLES = 3


class Information:
    """Commands that everybody who may ask may use."""

    def __init__(self, services: Services) -> None:
        self._to = services
        self._examples: dict[Scope, tuple[str, list[str]]] = {}  # each of which generation

    async def start(self, update: Update, _: object) -> None:
        """/start."""
        message = update.effective_message
        if message is None:
            return
        user = update.effective_user
        if user and self._to.access.is_admin(user.id):  # Telegram lists commands only in chats that exist
            await publish(self._to.bot, [user.id])
        engine = self._to.seen_in(message.chat.id)
        documents, tries = await self._to.work(partial(self._introduce, engine))
        screen = about.start(documents, tries if is_private(message) else ())
        await self._to.post.send(place_of(message), screen)

    async def help(self, update: Update, _: object) -> None:
        """/help; in a group all read along."""
        message, user = update.effective_message, update.effective_user
        administers = user is not None and self._to.access.is_admin(user.id)
        alone = message is not None and is_private(message)
        await self._say(update, about.help(administers=administers and alone))

    async def privacy(self, update: Update, _: object) -> None:
        """/privacy."""
        to, message = self._to, update.effective_message
        telegram, listened = to.settings.telegram, to.access.listened
        in_group = message is not None and not is_private(message)
        listening = listened.listens(message.chat.id) if message and in_group else bool(listened.groups())
        days, logs = telegram.keep_days, telegram.log_questions
        links = to.settings.documents.links
        told = about.privacy(days, log_questions=logs, listening=listening, links=links)
        await self._say(update, told)

    async def reset(self, update: Update, _: object) -> None:
        """/reset: in a private chat everything, in a group what the person themselves has asked."""
        message = update.effective_message
        if message is None:
            return
        if is_private(message):
            self._to.answers.forget(message.chat.id)
            told = gettext("Forgotten: I start afresh in this chat.")
        else:
            self._to.answers.forget_asker(message.chat.id, asker_of(update.effective_user))
            told = gettext("Forgotten: I start afresh with you. What others asked here stays.")
        await self._say(update, screens.text(told))

    async def sources(self, update: Update, _: object) -> None:
        """/sources, and words that are looked for in titles and paths."""
        message, user = update.effective_message, update.effective_user
        if message is None:
            return
        wait, news = self._to.presses.reached(user.id if user else message.chat.id)
        if wait:
            if news:
                await self._say(update, screens.text(screens.limited(wait)))
            return
        _, words = command_of(message, self._to.bot.bot) or ("", "")
        entries = await self._to.look_up(self._to.seen_in(message.chat.id).sources)
        await self._say(update, listed.sources(entries, 0, words))

    async def page(self, update: Update, _: object) -> None:
        """A button below /sources."""
        button = button_of(update)
        if button is None or await hurried(self._to, button):
            return
        await acknowledge(button.query)
        entries = await self._to.look_up(self._to.seen_in(button.place.chat).sources)
        screen = listed.sources(entries, int(button.words[1]), ":".join(button.words[2:]))
        await self._to.post.edit(button.place, [button.message], screen)

    async def unknown(self, update: Update, _: object) -> None:
        """A command that there is not; in a group it may be meant for another bot."""
        message, user = update.message, update.effective_user
        if message is None or not is_private(message):
            return
        typed, _ = command_of(message, self._to.bot.bot) or ("", "")
        known = [*EVERYBODY, *(ADMINISTRATORS if user and self._to.access.is_admin(user.id) else ())]
        near = (
            get_close_matches(typed, known, n=1) if typed not in ADMINISTRATORS else []
        )  # it is not mistyped
        await self._say(update, about.unknown_command(near[0] if near else None))

    async def _say(self, update: Update, screen: screens.Screen) -> None:
        if update.effective_message is not None:
            await self._to.post.send(place_of(update.effective_message), screen)

    def _introduce(self, engine: Engine) -> tuple[int, list[str]]:
        """How many documents are seen, and questions to try; found out once for each generation."""
        generation = engine.generation()
        known, found = self._examples.get(engine.scope, ("", []))
        if known != generation.name:
            found = examples(engine, _EXAMPLES, screens.MOST_EXAMPLE)
            self._examples[engine.scope] = generation.name, found
        return generation.manifest.documents, found
