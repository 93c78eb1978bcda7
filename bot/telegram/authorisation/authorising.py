"""Before anything else: may this update be handled at all?"""

from typing import Any

from telegram import Message, Update, User
from telegram.ext import ApplicationHandlerStop, CallbackContext

from bot.telegram.answering.inline import Inline
from bot.telegram.answering.questions import command_of, is_private, question_of
from bot.telegram.authorisation.admission import Admission
from bot.telegram.authorisation.decisions import Decisions
from bot.telegram.commands import ADMINISTRATORS, EVERYBODY, THEIR_BUTTONS
from bot.telegram.limits import Limit
from bot.telegram.presses import acknowledge
from bot.telegram.services import Services
from bot.telegram.showing.requested import PRIVATE
from bot.telegram.transport.post import Place, place_of
from bot.texts import gettext, speak


class Authorising:
    """Lets in who may ask, pairs the first administrator, and turns others away politely."""

    def __init__(
        self, services: Services, admission: Admission, decisions: Decisions, inline: Inline
    ) -> None:
        self._to = services
        self._admission = admission
        self._decisions = decisions
        self._inline = inline
        self._told = Limit(5, 3600)

    async def check(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Stop the handling of an update that is not to be handled, also where turning it away failed.

        Raises:
            ApplicationHandlerStop: it was dealt with here.
        """
        user = update.effective_user
        speak(user.language_code if user else None)
        if user and self._to.access.is_admin(user.id):
            self._to.access.hear(user.id, user.language_code)
        try:
            may_pass = await self._lets_in(update)
        except Exception as error:  # the library would go on with the other handlers
            await context.application.process_error(update, error)
            may_pass = False
        if not may_pass:
            raise ApplicationHandlerStop

    async def _lets_in(self, update: Update) -> bool:
        """Whether an update is to be handled; if not, it is dealt with here."""
        message, user = update.effective_message, update.effective_user
        if await self._is_about_the_chat(update):
            return False
        if user is None or (user.is_bot and not (message and message.sender_chat)):
            return False  # channels, and bots talking to bots without end
        if update.message and is_private(update.message) and await self._pairs(update.message):
            return False
        if self._may(update, user):
            return True
        if update.inline_query:
            await self._inline.refuse(update)
        elif update.callback_query:
            await acknowledge(update.callback_query, gettext(PRIVATE), alert=True)
        elif message and self._is_addressed(message):
            await self._admission.outsider(update)
        return False

    async def _is_about_the_chat(self, update: Update) -> bool:
        """Whether it tells that a group got a new id, or what became of the bot in a chat."""
        message = update.message
        if message and message.migrate_to_chat_id:
            self._to.post.moved(place_of(message), message.migrate_to_chat_id)
        elif message and message.migrate_from_chat_id:  # the old chat may be busy with an answer
            self._to.post.moved(Place(message.migrate_from_chat_id), message.chat.id)
        elif update.my_chat_member:
            await self._admission.added(update.my_chat_member)
        else:
            return False
        return True

    def _may(self, update: Update, user: User) -> bool:
        """Whether this person may do this here."""
        access, chat = self._to.access, update.effective_chat
        if access.is_admin(user.id) and self._is_command_of_admin(update):
            return True
        if access.allows(chat.id if chat else user.id) and not access.is_denied(user.id):
            return True
        return self._asks_for_privacy(update) and not self._told.wait(user.id)

    async def _pairs(self, message: Message) -> bool:
        command = command_of(message, self._to.bot.bot)
        code = command[1] if command and command[0] == "start" else (message.text or "")
        return bool(code) and await self._decisions.pair(message, code.strip())

    def _is_command_of_admin(self, update: Update) -> bool:
        """Administrators let a group in from inside it."""
        if update.callback_query:
            return (update.callback_query.data or "").startswith(THEIR_BUTTONS)
        command = command_of(update.message, self._to.bot.bot) if update.message else None
        return command is not None and command[0] in ADMINISTRATORS

    def _asks_for_privacy(self, update: Update) -> bool:
        """What is stored, outsiders may ask too: their ids and names are."""
        command = command_of(update.message, self._to.bot.bot) if update.message else None
        return command is not None and command[0] == "privacy"

    def _is_addressed(self, message: Message) -> bool:
        """Whether somebody means the bot; in a private chat who else."""
        if is_private(message) or question_of(message, self._to.bot.bot) is not None:
            return True
        command = command_of(message, self._to.bot.bot)
        return command is not None and command[0] in EVERYBODY
