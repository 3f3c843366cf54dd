// Every word that people read here, in German: as one friend says it to another. Fetched when it is wanted.

import { limits } from "../../../src/protocol/limits.ts";
import type { Translation } from "./catalogue.ts";
import { formatsOf } from "./formats.ts";

export const formats = formatsOf("de");

const counted = (count: number, one: string, other: string) => `${formats.number(count)} ${formats.form(count, { one, other })}`;

/** So many of them by name. */
function some(names: readonly string[], most: number): string {
	const rest = names.length - most;
	return formats.all(rest > 0 ? [...names.slice(0, most), `${formats.number(rest)} weitere`] : names);
}

function unreadShort(count: number): string {
	return count >= limits.unread ? `${limits.unread - 1}+` : formats.number(count);
}

export const de: Translation = {
	product: "Parley",
	tabTitle: (place, { unread, mentions }) => {
		const name = place === undefined ? "Parley" : `${place} · Parley`;
		return unread === 0 ? name : `(${unreadShort(unread)})${mentions > 0 ? " @" : ""} ${name}`;
	},
	tagline: "Besprecht es gemeinsam, mit Claude am Tisch.",

	// Signing in
	yourName: "Dein Name",
	nameHint: "Das sehen die anderen neben dem, was du sagst.",
	continueAsGuest: "Als Gast weiter",
	nameRefused: "Diesen Namen kannst du hier nicht haben. Nimm einen anderen.",
	invited: "Du bist zu einem Gespräch eingeladen.",

	// The service
	unreachable: "Der Dienst ist nicht zu erreichen. Prüfe deine Verbindung und versuche es noch einmal.",
	refusals: {
		bad_frame: "Das war nicht zu lesen.",
		unknown_event: "Das kennt der Dienst nicht. Lade die Seite neu und versuche es noch einmal.",
		bad_event: "Daran fehlt etwas, oder etwas hat die falsche Form.",
		bad_request: "Diese Anfrage war so nicht zu verstehen.",
		conversation_mismatch: "Das gehört zu einem anderen Gespräch.",
		too_large: "Diese Nachricht ist zu lang. Eine Nachricht darf bis zu 100.000 Zeichen haben.",
		unauthorized: "Melde dich an, um weiterzumachen.",
		token_expired: "Deine Anmeldung ist abgelaufen. Melde dich neu an, um weiterzumachen.",
		forbidden: "Das darfst du hier nicht.",
		origin_not_allowed: "Seiten von dieser Adresse dürfen diesen Dienst nicht benutzen.",
		guest_sign_in_disabled: "Gäste können sich hier nicht anmelden.",
		not_found: "Hier ist nichts, oder es ist nicht für dich zugänglich.",
		conflict: "Das gibt es hier schon.",
		last_owner: "Ein Gespräch braucht jemanden, dem es gehört. Gib das zuerst an jemand anderen.",
		invite_expired: "Diese Einladung ist verbraucht, abgelaufen oder widerrufen. Bitte um eine neue.",
		upgrade_required: "Diese Adresse ist ein WebSocket.",
		rate_limited: "Das war etwas schnell. Warte einen Moment und versuche es noch einmal.",
		too_many: "Davon passen hier keine weiteren hinein.",
		misconfigured: "Die Einstellungen dieses Dienstes brauchen Zuwendung.",
		internal: "Bei uns ist etwas schiefgegangen. Bitte versuche es noch einmal.",
	},
	reasons: {
		refusal: "Claude möchte darauf nicht antworten.",
		max_tokens: "Die Antwort hat ihre größte Länge erreicht und endet deshalb hier.",
		context_window: "Das Gespräch ist länger, als Claude auf einmal lesen kann. Darum endet die Antwort hier.",
		overloaded: "Claude ist gerade überlastet. Versuche es gleich noch einmal.",
		rate_limited: "Claude bekommt gerade zu viele Anfragen. Versuche es gleich noch einmal.",
		spend_limit: "Das Budget für Claude ist aufgebraucht. Wer diesen Dienst betreibt, kann es erhöhen.",
		bad_key: "Claude ist nicht zu erreichen: Der API-Schlüssel gilt nicht. Wer diesen Dienst betreibt, kann das richten.",
		bad_model: "Das eingestellte Modell ist nicht bekannt. Wer diesen Dienst betreibt, kann das richten.",
		bad_request: "Mit dieser Anfrage konnte Claude nichts anfangen.",
		unavailable: "Claude ist nicht zu erreichen. Versuche es gleich noch einmal.",
		timed_out: "Claude hat aufgehört, bevor die Antwort ganz da war.",
		interrupted: "Die Verbindung zu Claude ist abgerissen, bevor die Antwort ganz da war.",
		internal: "Die Antwort ist bei uns gescheitert. Versuche es noch einmal.",
	},
	unexpectedAnswer: "Der Dienst hat etwas geantwortet, das diese Seite nicht versteht. Lade sie neu und versuche es noch einmal.",
	unreachableRetrying: "Der Dienst ist nicht zu erreichen. Neuer Versuch …",
	tryAgain: "Noch einmal versuchen",
	home: "Alle Gespräche",
	broken: "Auf dieser Seite ist etwas schiefgegangen. Was gesagt wurde, ist auf dem Server sicher.",
	reload: "Neu laden",

	// The list
	conversations: "Gespräche",
	newConversation: "Neues Gespräch",
	untitled: (createdAt) => `Gespräch vom ${formats.date(Date.parse(createdAt))}`,
	noConversations: "Hier ist noch nichts. Beginne ein Gespräch und gib den Link dazu allen, die dabei sein sollen.",
	allArchived: "Alles liegt im Archiv.",
	noneOpenTitle: "Wähle ein Gespräch oder beginne eins",
	noneOpenText: "Menschen und Claude lesen hier dieselben Worte, während sie geschrieben werden.",
	archived: (count) => `Archiv (${formats.number(count)})`,
	moreConversations: "Mehr zeigen",
	moreFailed: "Mehr ließ sich nicht laden. Noch einmal versuchen",
	lastLine: (author, text) => `${author}: ${text}`,
	yourself: "Du",
	youInside: "dir",
	deletedLine: "Gelöschte Nachricht",
	nothingSaid: "Noch nichts gesagt",
	unread: (count) => `${unreadShort(count)} ungelesen`,
	unreadShort,
	mentioned: "Du wirst erwähnt",
	pinned: "Angeheftet",
	muted: "Stumm",
	listWaiting: "Deine Gespräche lassen sich gerade nicht laden. Neuer Versuch …",
	listBehind: "Verbinde neu: Diese Liste ist vielleicht nicht auf dem neuesten Stand.",
	notChanged: "Das ließ sich gerade nicht ändern. Versuche es noch einmal.",
	goTo: "Gehe zu",
	goToLabel: "Zu einem Gespräch gehen",
	goToHint: "Ein Titel oder was du tun möchtest",
	commands: "Befehle",
	commandWith: (command, text) => `${command}: „${text}“`,
	openNow: "offen",
	inArchive: "im Archiv",
	lookingFurther: "Sucht in älteren …",
	notLookedFurther: "Ältere Gespräche ließen sich nicht durchsuchen.",
	noSuchConversation: "Kein Gespräch heißt so.",
	conversationMenu: (title) => `Mehr zu ${title}`,
	pin: "Oben anheften",
	unpin: "Lösen",
	mute: "Stummschalten",
	unmute: "Nicht mehr stumm",
	archive: "Archivieren",
	unarchive: "Aus dem Archiv holen",
	rename: "Umbenennen …",
	leave: "Verlassen …",
	deleteConversation: "Löschen …",
	settingsOf: "Einstellungen des Gesprächs",
	titleLabel: "Titel",
	assistantLegend: "Wann Claude antwortet",
	assistant: {
		auto: { name: "Wie es passt", what: "Auf alles, solange jemand allein mit ihm ist, sonst nur, wenn jemand @claude sagt" },
		always: { name: "Immer", what: "Auf jede Nachricht" },
		mention: { name: "Wenn man ihn fragt", what: "Wer @claude sagt oder ihm antwortet" },
		off: { name: "Nie", what: "Die Menschen sind unter sich" },
	},
	save: "Speichern",
	cancel: "Abbrechen",
	close: "Schließen",
	notLoadedTitle: "Das ließ sich nicht laden",
	notLoaded: "Prüfe die Verbindung und versuche es noch einmal. Wenn das nicht hilft, lade die Seite neu.",
	leaveTitle: (title) => `„${title}“ verlassen?`,
	leaveThis: "Dieses Gespräch verlassen?",
	leaveText: "Zurück kommst du nur mit einer neuen Einladung. Was du gesagt hast, bleibt.",
	leaveNow: "Verlassen",
	deleteTitle: (title) => `„${title}“ löschen?`,
	deleteText: "Alles, was darin gesagt wurde, wird für alle gelöscht, endgültig.",
	deleteNow: "Löschen",
	loading: "Lädt …",
	inviteSpent: "Diese Einladung ist verbraucht, abgelaufen oder widerrufen. Bitte um einen neuen Link.",
	inviteUnknown:
		"Diese Einladung führt nirgendwohin: Der Link ist nicht vollständig, oder das Gespräch gibt es nicht mehr. Bitte um einen neuen.",
	joining: "Das Gespräch wird geöffnet …",

	// Settings
	settings: "Einstellungen",
	theme: "Aussehen",
	themes: { system: "Wie das Gerät", light: "Hell", dark: "Dunkel" },
	language: "Sprache",
	languages: { system: "Wie das Gerät", en: "English", de: "Deutsch" },
	enterKey: "Die Eingabetaste",
	enterSends: "Sendet",
	enterBreaks: "Beginnt eine neue Zeile; mit Strg oder ⌘ sendet sie",
	notifications: "Benachrichtigungen",
	notificationLevels: {
		off: "Keine",
		mentions: "Wenn ich genannt werde oder Antwort bekomme, auch von Claude",
		all: "Alles, was nicht stumm ist",
	},
	notificationsForbidden: {
		denied: "Dein Browser blockiert Benachrichtigungen dieser Seite. Erlaube sie in seinen Einstellungen und lade dann neu.",
		none: "Dieser Browser zeigt keine Benachrichtigungen dieser Seite.",
	},
	notificationsOffer: "Sollen wir dir sagen, wenn jemand dich nennt oder Claude geantwortet hat, während du woanders bist?",
	turnOn: "Einschalten",
	notNow: "Nicht jetzt",
	account: "Du hier",
	signedInAs: (name) => `Angemeldet als ${name}, zu Gast.`,
	changeName: "Namen ändern …",
	changeNameTitle: "Deinen Namen ändern",
	changeNameText: "So heißt du von jetzt an, überall. Was du gesagt hast, behält den Namen, unter dem du es gesagt hast.",
	signOut: "Abmelden …",
	signOutTitle: "Abmelden?",
	signOutText:
		"Wer zu Gast ist, kommt nicht zurück: Deine Gespräche bleiben bei den anderen, und was du noch nicht gesendet hast, wird hier gelöscht.",
	signOutNow: "Abmelden",
	eraseMe: "Mich löschen …",
	eraseTitle: "Alles von dir löschen?",
	eraseText:
		"Was du gesagt hast, deine Reaktionen und dein Name verschwinden aus jedem Gespräch, für alle und endgültig; nur leere Stellen bleiben. Gespräche, die dir gehören, gehen an die Person, die am längsten dabei ist, und werden gelöscht, wo sonst niemand ist.",
	typeYourName: (name) => `Schreibe deinen Namen, um weiterzumachen: ${name}`,
	notYourName: "Das ist nicht dein Name.",
	eraseNow: "Löschen",
	erased: ({ conversations, messages, reactions, deletedConversations, failed, remaining }) =>
		[
			...(conversations > deletedConversations
				? [
						`Du bist aus ${counted(conversations - deletedConversations, "Gespräch", "Gesprächen")} gelöscht: ${counted(messages, "Nachricht", "Nachrichten")} und ${counted(reactions, "Reaktion", "Reaktionen")} sind weg.`,
					]
				: ["Du bist gelöscht."]),
			...(deletedConversations > 0
				? [
						`${counted(deletedConversations, "Gespräch", "Gespräche")}, in ${formats.form(deletedConversations, { one: "dem", other: "denen" })} sonst niemand war, ${formats.form(deletedConversations, { one: "ist", other: "sind" })} ganz gelöscht, mit allem darin.`,
					]
				: []),
			...(failed + remaining > 0
				? [
						`${formats.number(remaining)} ${formats.form(remaining, { one: "weiteres Gespräch folgt", other: "weitere Gespräche folgen" })} von selbst.`,
					]
				: []),
		].join(" "),
	startAgain: "Neu beginnen",
	tokens: "Tokens für Programme",
	tokensText:
		"Ein Programm mit einem Token kann hier für dich lesen und schreiben, unter deinem Namen und dem des Tokens. Du kannst es jederzeit widerrufen.",
	tokenName: "Name des Programms",
	makeToken: "Token erstellen",
	tokenMade: (name) => `Das Token für ${name}. Du siehst es nur dieses eine Mal: Kopiere es jetzt.`,
	tokenSecret: "Token",
	tokenUntil: (until) => `bis ${until}`,
	revokeToken: (name) => `${name} widerrufen`,
	export: "Exportieren …",
	exportTitle: (title) => `„${title}“ exportieren`,
	exportAs: "Als",
	formats: {
		html: { name: "Eine Seite zum Lesen", what: "HTML: öffnet sich in jedem Browser" },
		jsonl: {
			name: "Eine Datei für Programme",
			what: "JSON Lines: alles darin, Änderungen fallen auf, und anderswo ist es wieder einzuspielen",
		},
	},
	saveFile: "Datei sichern",

	// One conversation
	conversation: "Gespräch",
	participants: "Anwesende",
	you: (name) => `${name} (du)`,
	hereNow: (names) => `Gerade da: ${formats.all(names)}`,
	members: "Mitglieder",
	membersButton: (count) => (count === undefined ? "Mitglieder" : `Mitglieder, ${formats.number(count)}`),
	count: (count) => formats.number(count),
	membersTitle: (count) => `Mitglieder (${formats.number(count)})`,
	here: "gerade da",
	away: "gerade nicht da",
	roles: { owner: "Besitz", member: "Mitglied", reader: "Nur lesen" },
	roleOf: (name) => `Rolle von ${name}`,
	findMember: "Ein Mitglied suchen",
	noSuchMember: "Niemand heißt so.",
	moreMembers: (count) => `Und ${formats.number(count)} mehr: Suche jemanden nach dem Namen.`,
	remove: "Entfernen",
	removeMember: (name) => `${name} entfernen`,
	removeTitle: (name) => `${name} entfernen?`,
	removeText: "Der Zugang endet sofort; zurück geht es nur mit einer neuen Einladung. Was gesagt wurde, bleibt.",
	stepDownTitle: "Den Besitz abgeben?",
	stepDown: "Abgeben",
	stepDownText: "Nur wer das Gespräch besitzt, kann ihn dir wiedergeben.",
	invite: "Einladen",
	inviteTitle: "Leute einladen",
	inviteLink: "Link der Einladung",
	inviteHint: "Wer diesen Link öffnet, kann dazukommen.",
	inviteCopied: "Kopiert. Wer diesen Link öffnet, kann dazukommen.",
	noLink: "",
	anotherLink: "Ein anderer Link",
	inviteLives: "Gilt",
	inviteUses: "Lässt herein",
	inviteRole: "Als",
	makeLink: "Link erstellen",
	duration: (seconds) => formats.duration(seconds),
	people: (count) =>
		count === 0 ? "beliebig viele" : formats.form(count, { one: "eine Person", other: `${formats.number(count)} Personen` }),
	liveInvites: "Links, die gelten",
	noInvites: "Keiner lässt jemanden herein.",
	inviteState: (role, uses, most, until) =>
		`${role === "reader" ? "Nur lesen" : "Mitglieder"}, ${most === null ? `${formats.number(uses)} kamen herein` : `${formats.number(uses)} von ${formats.number(most)} kamen herein`}, bis ${until}`,
	by: (name) => `Von ${name}`,
	linkAbove: "der Link oben",
	revoke: "Widerrufen",
	revokeInvite: (what) => `Widerrufen: ${what}`,
	emptyTitle: "Ein Raum, um etwas zu besprechen",
	emptyText: (canInvite) =>
		`Alle hier lesen dieselben Worte, während sie geschrieben werden, auch die von Claude. Solange du allein bist, antwortet Claude auf alles; sind andere im Raum, fragst du mit @claude.${
			canInvite ? " Den Link für die anderen findest du oben." : ""
		}`,
	prompts: [
		"Wobei kannst du einer Gruppe von Menschen helfen?",
		"Hilf uns, zwischen zwei Möglichkeiten zu entscheiden: Frag zuerst, was uns wichtig ist.",
		"Zeig mir eine kleine Tabelle, die Tee und Kaffee vergleicht.",
	],
	older: "Früheres zeigen",
	olderLoading: "Früheres lädt …",
	olderFailed: "Früheres ließ sich nicht laden. Noch einmal versuchen",
	newer: "Späteres zeigen",
	newerLoading: "Späteres lädt …",
	newerFailed: "Späteres ließ sich nicht laden. Noch einmal versuchen",
	placeLoading: "Auf dem Weg dorthin …",
	placeFailed: "Diese Stelle ließ sich nicht laden.",
	jumpToLatest: (count) => (count === 0 ? "Zum Neuesten" : `Zum Neuesten (${formats.number(count)} neu)`),
	thinking: "Claude denkt nach …",
	thought: "Was Claude sich dachte",
	busy: "Claude ist beschäftigt. Neuer Versuch …",
	askedBy: (names) => `gefragt von ${some(names, 3)}`,
	waitingForClaude: (names) => `Warten auf Claude: ${some(names, 3)}`,
	articleLabel: (author, time, about) => [author, time, ...(about === undefined ? [] : [about])].join(", "),

	// Searching
	searchHere: "In diesem Gespräch suchen",
	searchEverywhere: "Überall suchen",
	searchHint: "Wörter oder „eine Wendung“",
	searchResults: "Gefunden",
	searching: "Sucht …",
	found: (count, hasMore) =>
		count === 0 ? "Nichts gefunden." : `${formats.number(count)}${hasMore ? " oder mehr" : ""} gefunden, Neues zuerst.`,
	foundPartly: (count) =>
		`Bisher ${count === 0 ? "nichts" : formats.number(count)} gefunden: Nicht jedes Gespräch ließ sich bis zum Ende durchsuchen.`,
	moreResults: "Mehr zeigen",

	// A message
	react: "Reagieren",
	reactWith: (emoji) => `Mit ${emoji} reagieren`,
	allEmoji: "Mehr Emoji",
	reply: "Antworten",
	more: "Mehr",
	copyText: "Text kopieren",
	details: "Einzelheiten",
	cost: ({ model, read, cached = 0, written = 0, elapsedMs }) =>
		[
			...(model === undefined ? [] : [model]),
			...(read === undefined
				? []
				: [
						`${formats.number(read)} Tokens gelesen${cached > 0 ? ` (${formats.number(cached)} aus dem Cache)` : ""}, ${formats.number(written)} geschrieben`,
					]),
			...(elapsedMs === undefined ? [] : [formats.seconds(elapsedMs)]),
		].join(" · "),
	copyLink: "Link kopieren",
	edit: "Bearbeiten",
	editOrAskAgain: "Bearbeiten oder neu fragen",
	regenerate: "Neu antworten lassen",
	deleteMessage: "Löschen …",
	deletedMessage: "Diese Nachricht wurde gelöscht.",
	edited: "bearbeitet",
	editedAt: (at) => `Bearbeitet am ${formats.dayAndTime(at)}`,
	reactions: "Reaktionen",
	reaction: (emoji, names) => `${emoji} ${names}`,
	names: some,
	somebody: "jemand",
	versions: "Fassungen dieser Antwort",
	versionOf: (at, all) => `${at}/${all}`,
	formerVersion: "Frühere Fassung",
	laterVersion: "Spätere Fassung",
	inAnswerTo: (name) => `Antwort auf ${name}`,
	deletedQuote: "Gelöschte Nachricht",
	newSince: "Neu, seit du hier warst",
	newAbove: (count, since, now) => `${formats.number(count)} neu${since === undefined ? "" : ` seit ${formats.when(since, now)}`}`,
	markUnread: "Ab hier als ungelesen markieren",
	seenBy: (whom) => `Gesehen von ${whom}`,
	deleteMessageTitle: "Diese Nachricht löschen?",
	deleteMessageText: "Sie wird für alle gelöscht, endgültig. Ihre Stelle bleibt, ohne Inhalt.",

	// Emoji
	emoji: "Emoji",
	findEmoji: "Ein Emoji suchen",
	noEmoji: (text) => `Kein Emoji zu „${text}“ gefunden.`,
	emojiNotLoaded: "Die Emoji ließen sich nicht laden. Prüfe die Verbindung und versuche es noch einmal.",
	skinTone: "Hautfarbe",
	skinTones: {
		none: "Gelb",
		light: "Hell",
		"medium-light": "Mittelhell",
		medium: "Mittel",
		"medium-dark": "Mitteldunkel",
		dark: "Dunkel",
	},
	emojiSuggestions: "Emoji mit diesem Namen",

	// Writing
	replyingTo: (name) => `Antwort an ${name}`,
	cancelReply: "Doch nicht antworten",
	editing: "Du bearbeitest deine Nachricht",
	cancelEditing: "Bearbeiten abbrechen",
	saveAndAskAgain: "Speichern und neu fragen",
	saving: "Speichert …",
	notSaved: "Es gibt keine Verbindung. Speichere, sobald sie wieder da ist.",
	suggestions: "Wen du nennen kannst",
	asksClaude: "antwortet hier",
	message: "Nachricht",
	messagePlaceholder: (hasOthers) => (hasOthers ? "Schreib, oder frag @claude" : "Schreib an Claude"),
	send: "Senden",
	stop: "Stopp",
	tooLong: (over) => `Um ${counted(over, "Zeichen", "Zeichen")} zu lang. Nichts davon geht verloren: Kürze es oder sende es in Teilen.`,
	charactersLeft: (left) => `Noch ${formats.number(left)}`,
	sending: "Wird gesendet …",
	sent: "Gesendet",
	held: "Das war etwas schnell: Es geht eins nach dem anderen hinaus …",
	readOnly: "Du kannst hier lesen, aber nicht schreiben.",
	waiting: "In der Warteschlange. Wartet auf die Verbindung …",
	notSent: (count) =>
		`${counted(count, "Nachricht", "Nachrichten")} ${formats.form(count, { one: "wurde", other: "wurden" })} nicht gesendet`,
	retryAll: "Alle noch einmal",
	discardAll: "Alle löschen",
	discardAllTitle: (count) => `${counted(count, "nicht gesendete Nachricht", "nicht gesendete Nachrichten")} löschen?`,
	discardAllText: "Niemand hat sie gesehen, und nichts davon bleibt.",
	draft: "Entwurf",
	retry: "Noch einmal",
	discard: "Löschen",
	dismiss: "Verwerfen",
	stopped: "Hier gestoppt.",
	stoppedBy: (names) => `Gestoppt von ${formats.all(names)}.`,
	wentOn: "Unterwegs unterbrochen und weitergeführt.",
	typing: (names) => {
		if (names.length === 0) return "";
		if (names.length > 2) return `${formats.number(names.length)} Personen schreiben …`;
		return `${formats.all(names)} ${names.length === 1 ? "schreibt" : "schreiben"} …`;
	},

	// The connection
	connection: "Verbindung",
	connected: "Verbunden",
	connecting: "Verbindet …",
	reconnecting: "Verbindet neu …",
	offline: "Offline",
	ended: "Geschlossen",
	offlineBanner: "Dein Gerät ist offline. Was du schreibst, wartet hier und geht hinaus, sobald das Netz wieder da ist.",
	waitingBanner: "Die Verbindung ist abgerissen. Was du schreibst, wartet hier und geht hinaus, sobald sie wieder da ist.",
	reconnectNow: "Jetzt versuchen",
	removed: "Du bist nicht mehr in diesem Gespräch.",
	gone: "Dieses Gespräch gibt es nicht, oder es ist nicht für dich zugänglich.",

	// Said to screen readers
	claudeThinking: "Claude denkt nach",
	claudeStillThinking: "Claude denkt noch nach",
	claudeAnswering: "Claude antwortet",
	claudeStillAnswering: "Claude antwortet noch",
	claudeAnswered: "Claude hat geantwortet",
	claudeStopped: "Claude wurde gestoppt",
	somebodySaid: (author, text) => `${author}: ${text}`,

	// Markdown
	code: "Code",
	copy: "Kopieren",
	copyCode: "Code kopieren",
	copied: "Kopiert",
	copyFailed: "Nicht kopiert",
	image: (text) => (text === "" ? "Bild" : `Bild: ${text}`),
	taskDone: "Erledigt",
	taskOpen: "Offen",
};
