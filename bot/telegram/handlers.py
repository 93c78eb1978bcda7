"""Which update goes where."""

from typing import Any

from telegram import Bot, Message, Update
from telegram.ext import (
    Application,
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
from bot.telegram.authorisation.authorising import Authorising
from bot.telegram.authorisation.collecting import Collecting
from bot.telegram.authorisation.decisions import Decisions
from bot.telegram.documents.changelog import Changelog
from bot.telegram.documents.consent import Consent
from bot.telegram.documents.removing import Removing
from bot.telegram.documents.uploads import Uploads, means_to_add
from bot.telegram.information import Information
from bot.telegram.persistence.access import Access
from bot.telegram.services import Services
from bot.telegram.unhandled import Unhandled
from index.building.bin import Bin
from index.building.intake import Intake

_ID = "[0-9]{1,15}"


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
    authorising = Authorising(services, Admission(services), decisions, inline)
    new = filters.UpdateType.MESSAGE
    by_admin = new & _ByAdmin(services.access)
    application.add_handler(TypeHandler(Update, authorising.check), group=-2)
    application.add_handler(TypeHandler(Update, replying.doubts), group=-1)
    application.add_handler(MessageHandler(by_admin & _Adding(services.bot), uploads.message))
    edited = filters.UpdateType.EDITED_MESSAGE & _ByAdmin(services.access)
    application.add_handler(MessageHandler(edited & _Adding(services.bot), uploads.edited))
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
    application.add_error_handler(Unhandled(services.post, services.access).handle)
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
