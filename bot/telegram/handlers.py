"""Which update goes where, and what becomes of errors."""

from contextlib import suppress
from typing import Any

from telegram import Bot, Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.hearing import recogniser
from bot.telegram.administration import Administration
from bot.telegram.answering.asking import Asking
from bot.telegram.answering.citations import Citations
from bot.telegram.answering.inline import Inline
from bot.telegram.answering.listening import Listening
from bot.telegram.answering.replying import Replying
from bot.telegram.answering.voice import Voice
from bot.telegram.authorisation.admission import Admission
from bot.telegram.authorisation.collecting import Collecting
from bot.telegram.authorisation.decisions import Decisions
from bot.telegram.authorisation.gate import Gate
from bot.telegram.documents.changelog import Changelog
from bot.telegram.documents.consent import Consent
from bot.telegram.documents.removing import Removing
from bot.telegram.documents.uploads import Uploads, means_to_add
from bot.telegram.events import event, failure
from bot.telegram.information import Information
from bot.telegram.persistence.access import Access
from bot.telegram.presses import button_of
from bot.telegram.services import Services
from bot.telegram.showing import about, screens
from bot.telegram.transport.delivery import Unconfirmed
from bot.telegram.transport.post import Place, Post, place_of
from bot.telegram.troubles import in_words
from bot.texts import gettext, noop
from index.bin import Bin
from index.errors import DocentError, IndexEmpty
from index.intake import Intake

_ID = "[0-9]{1,15}"
_TROUBLE = noop(
    "I cannot look into the documents just now. Please tell the people who run me, or try again later."
)
_SORRY = noop("Something went wrong on my side, and I have noted it. Please ask again.")


def register(
    application: Application[Any, Any, Any, Any, Any, Any], services: Services
) -> tuple[Administration, Uploads, Removing]:
    """Connect all handlers; what has to be stopped in the end, and what goes on from the last time."""
    replying = Replying(services)
    asking = Asking(services, replying)
    citations = Citations(services, asking, replying)
    information = Information(services)
    changelog = Changelog(services)
    consent = Consent(services)
    services.renewals.on_built = consent.heard
    administration = Administration(services, consent)
    decisions = Decisions(services)
    listening = Listening(services, replying)
    intake = Intake(services.settings)
    bin_ = Bin(services.settings, intake)
    uploads = Uploads(services, asking, intake, bin_)
    removing = Removing(services, bin_, decisions.forget, decisions.forgotten)
    inline = Inline(services)
    gate = Gate(services, Admission(services), decisions, inline)
    new = filters.UpdateType.MESSAGE
    by_admin = new & _ByAdmin(services.access)
    application.add_handler(TypeHandler(Update, gate.check), group=-2)
    application.add_handler(TypeHandler(Update, replying.doubts), group=-1)
    application.add_handler(MessageHandler(by_admin & _Adding(services.bot), uploads.message))
    for name, command in {
        "start": information.start,
        "help": information.help,
        "sources": information.sources,
        "changes": changelog.command,
        "reset": information.reset,
        "privacy": information.privacy,
    }.items():
        application.add_handler(CommandHandler(name, command, filters=new))
    for name, command in {
        "reindex": administration.reindex,
        "status": administration.status,
        "allow": decisions.allow,
        "deny": decisions.deny,
        "forget": removing.forget,
        "collection": Collecting(services).collection,
        "listen": listening.listen,
        "quiet": listening.quiet,
    }.items():  # for all others there are no such commands
        application.add_handler(CommandHandler(name, command, filters=by_admin))
    application.add_handler(CommandHandler("ask", asking.message, filters=filters.UpdateType.MESSAGES))
    application.add_handler(MessageHandler(filters.COMMAND & new, information.unknown))
    if understands := recogniser():
        application.add_handler(
            MessageHandler(filters.VOICE & new, Voice(services, asking, understands).message)
        )
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGES, asking.message))
    for pattern, press in {
        rf"((cite|file|page):{_ID}:{_ID}|(walk|turn):{_ID}:{_ID}:{_ID})\Z": citations.press,
        rf"(more|good|bad|alone|stop|again):{_ID}\Z": citations.press,
        rf"try:{_ID}\Z": citations.example,
        rf"(?s)list:{_ID}(:.*)?\Z": information.page,
        rf"changes:{_ID}\Z": changelog.page,
        rf"(allow|deny):-?{_ID}\Z": decisions.press,
        rf"(leave|stay):{_ID}\Z": decisions.leave,
        rf"(add|no|over|both):{_ID}\Z": uploads.press,
        rf"(keep:{_ID}|person:-?{_ID}|(pick|drop):{_ID}:[0-9]{{1,2}})\Z": removing.press,
        r"undo:[0-9a-f-]{1,40}\Z": removing.undo,
        r"removals:(take|keep)\Z": consent.press,
        rf"hush:{_ID}\Z": listening.hush,
        r"": citations.unknown,
    }.items():
        application.add_handler(CallbackQueryHandler(press, pattern=pattern))
    application.add_handler(InlineQueryHandler(inline.query))
    application.add_handler(MessageHandler(new & filters.ChatType.GROUPS, listening.hear), group=1)
    application.add_error_handler(_Errors(services.post, services.access).handle)
    return administration, uploads, removing


class _Adding(filters.MessageFilter):
    """Messages that may send something in."""

    def __init__(self, bot: Bot) -> None:
        super().__init__()
        self._bot = bot

    def filter(self, message: Message) -> bool:
        """Whether this is one."""
        return means_to_add(message, self._bot.bot)


class _ByAdmin(filters.MessageFilter):
    """Messages that an administrator wrote."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access

    def filter(self, message: Message) -> bool:
        """Whether this is one."""
        return message.from_user is not None and self._access.is_admin(message.from_user.id)


class _Errors:
    """What a handler could not deal with."""

    def __init__(self, post: Post, access: Access) -> None:
        self._post = post
        self._access = access

    async def handle(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Log an error; where it is ours, say so to whoever waits for an answer."""
        error = context.error
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else None
        if isinstance(error, Forbidden):
            event("blocked", chat=chat)  # they left, or removed the bot
        elif isinstance(error, Unconfirmed):
            event("unconfirmed", chat=chat)
        elif isinstance(error, NetworkError | RetryAfter) and not isinstance(error, BadRequest):
            event("undelivered", chat=chat, reason=type(error).__name__)
        elif isinstance(error, DocentError):
            event("unanswered", chat=chat, error=type(error).__name__, reason=error)
            user = update.effective_user if isinstance(update, Update) else None
            if isinstance(error, IndexEmpty):
                told = gettext(about.NO_DOCUMENTS)
            else:
                told = in_words(error) if user and self._access.is_admin(user.id) else gettext(_TROUBLE)
            await self._say(update, told)
        elif error is not None:
            failure("failed", error)
            await self._say(update, gettext(_SORRY))

    async def _say(self, update: object, text: str) -> None:
        """Tell whoever waits; who types inline gets an empty answer."""
        if not isinstance(update, Update):
            return
        with suppress(TelegramError):
            if update.inline_query:
                await update.inline_query.answer([], cache_time=0, is_personal=True)
            elif place := _place_of(update):
                await self._post.send(place, screens.text(text))


def _place_of(update: Update) -> Place | None:
    """Where somebody waits for an answer."""
    if button := button_of(update):
        return button.place
    return place_of(update.message) if update.message else None
