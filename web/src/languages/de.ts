// Every text that the page shows, in German, with the informal “du”. Downloaded when it is needed.

import { limits } from "../../../src/protocol/limits.ts";
import type { Translation } from "./catalogue.ts";
import { formatsOf } from "./formats.ts";

const formats = formatsOf("de");

const counted = (count: number, one: string, other: string) => `${formats.number(count)} ${formats.form(count, { one, other })}`;

/** At most this many by name, and how many more there are. */
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

	// Times
	formatTime: formats.time,
	formatDay: formats.day,
	formatDayAndTime: formats.dayAndTime,
	formatWhen: formats.when,

	// Signing in
	yourName: "Dein Name",
	nameHint: "Diesen Namen sehen die anderen neben deinen Nachrichten.",
	continueAsGuest: "Als Gast weiter",
	nameRefused: "Dieser Name ist nicht verfügbar. Wähle einen anderen.",
	invited: "Du wurdest zu einem Gespräch eingeladen.",

	// The service
	unreachable: "Der Dienst ist nicht erreichbar. Prüfe deine Verbindung und versuche es noch einmal.",
	refusals: {
		bad_frame: "Das konnte nicht gelesen werden.",
		unknown_event: "Das kennt der Dienst nicht. Lade die Seite neu und versuche es noch einmal.",
		bad_event: "Eine Angabe fehlt oder hat die falsche Form.",
		bad_request: "Diese Anfrage konnte nicht gelesen werden.",
		conversation_mismatch: "Das gehört zu einem anderen Gespräch.",
		too_large: `Diese Nachricht ist zu lang. Erlaubt sind bis zu ${formats.number(limits.content)} Zeichen.`,
		unauthorized: "Melde dich an, um weiterzumachen.",
		token_expired: "Deine Anmeldung ist abgelaufen. Melde dich neu an, um weiterzumachen.",
		forbidden: "Das darfst du hier nicht.",
		origin_not_allowed: "Seiten von dieser Adresse dürfen diesen Dienst nicht benutzen.",
		guest_sign_in_disabled: "Gäste können sich hier nicht anmelden.",
		not_found: "Hier ist nichts, oder du hast keinen Zugang.",
		conflict: "Das gibt es hier schon.",
		last_owner: "Ein Gespräch braucht eine Leitung. Übertrage sie zuerst an jemand anderen.",
		invite_expired: "Diese Einladung ist aufgebraucht, abgelaufen oder widerrufen. Bitte um eine neue.",
		upgrade_required: "Diese Adresse ist ein WebSocket.",
		rate_limited: "Das war etwas schnell. Warte einen Moment und versuche es noch einmal.",
		too_many: "Mehr davon sind hier nicht möglich.",
		too_many_conversations: `Eine Verbindung kann an bis zu ${formats.number(limits.conversationsPerSocket)} Gesprächen teilnehmen. Verlasse zuerst eines davon.`,
		not_joined: "Tritt diesem Gespräch zuerst bei.",
		no_binary: "Dateien und andere binäre Daten lassen sich hier nicht senden.",
		unavailable: "Das ist gerade nicht verfügbar. Bitte versuche es gleich noch einmal.",
		misconfigured: "Dieser Dienst ist nicht richtig eingerichtet.",
		internal: "Bei uns ist etwas schiefgegangen. Bitte versuche es noch einmal.",
	},
	reasons: {
		refusal: "Claude möchte darauf nicht antworten.",
		max_tokens: "Die Antwort hat die Höchstlänge erreicht und bricht hier ab.",
		context_window: "Das Gespräch ist länger, als Claude auf einmal lesen kann. Darum endet die Antwort hier.",
		prompt_too_long: "Die letzten Nachrichten sind länger, als Claude auf einmal lesen kann. Schicke sie in kürzeren Teilen.",
		unknown_stop: "Claude hat die Antwort hier beendet.",
		empty: "Claudes Antwort ist leer.",
		overloaded: "Claude ist gerade überlastet. Versuche es gleich noch einmal.",
		rate_limited: "Claude bekommt gerade zu viele Anfragen. Versuche es gleich noch einmal.",
		spend_limit: "Das Budget für Claude ist aufgebraucht. Wer diesen Dienst betreibt, kann es erhöhen.",
		bad_key: "Claude ist nicht erreichbar: Der API-Schlüssel wird nicht akzeptiert. Wer diesen Dienst betreibt, kann das beheben.",
		bad_model: "Das eingestellte Modell ist unbekannt. Wer diesen Dienst betreibt, kann das beheben.",
		bad_max_tokens:
			"Die eingestellte Länge der Antworten ist mehr, als das Modell erlaubt. Wer diesen Dienst betreibt, kann CLAUDE_MAX_TOKENS senken.",
		bad_server: "Unter der eingestellten Adresse gibt es keine Claude-API. Wer diesen Dienst betreibt, kann das beheben.",
		bad_request: "Claude konnte diese Anfrage nicht verarbeiten.",
		unavailable: "Claude ist nicht erreichbar. Versuche es gleich noch einmal.",
		no_response: "Claude hat nicht rechtzeitig geantwortet. Versuche es gleich noch einmal.",
		timed_out: "Claude hat aufgehört zu senden, bevor die Antwort vollständig war.",
		interrupted: "Die Verbindung zu Claude ist abgebrochen, bevor die Antwort vollständig war.",
		internal: "Die Antwort ist bei uns fehlgeschlagen. Versuche es noch einmal.",
	},
	unexpectedAnswer: "Der Dienst hat etwas gesendet, das diese Seite nicht versteht. Lade die Seite neu und versuche es noch einmal.",
	unreachableRetrying: "Der Dienst ist nicht erreichbar. Neuer Versuch …",
	tryAgain: "Noch einmal versuchen",
	home: "Alle Gespräche",
	broken: "Auf dieser Seite ist etwas schiefgegangen. Deine Nachrichten sind auf dem Server sicher.",
	reload: "Neu laden",
	newVersion: "Eine neue Version ist verfügbar.",

	// The list
	conversations: "Gespräche",
	newConversation: "Neues Gespräch",
	untitled: (createdAt) => `Gespräch vom ${formats.date(Date.parse(createdAt))}`,
	noConversations: "Noch keine Gespräche. Beginne eines und gib den Link allen, die dabei sein sollen.",
	allArchived: "Alle deine Gespräche sind archiviert.",
	noneOpenTitle: "Wähle ein Gespräch oder beginne ein neues",
	noneOpenText: "Alle in einem Gespräch sehen Claudes Antworten, während sie entstehen.",
	archived: (count) => `Archiv (${formats.number(count)})`,
	moreConversations: "Mehr anzeigen",
	moreFailed: "Mehr konnte nicht geladen werden. Noch einmal versuchen",
	lastLine: (author, text) => `${author}: ${text}`,
	yourself: "Du",
	youInside: "dir",
	deletedLine: "Gelöschte Nachricht",
	nothingSaid: "Noch keine Nachrichten",
	unread: (count) => `${unreadShort(count)} ungelesen`,
	unreadShort,
	mentioned: "Du wurdest erwähnt",
	pinned: "Angeheftet",
	muted: "Stumm",
	listWaiting: "Deine Gespräche können gerade nicht geladen werden. Neuer Versuch …",
	notChanged: "Die Änderung konnte nicht gespeichert werden. Versuche es noch einmal.",
	goTo: "Gehe zu",
	goToLabel: "Zu einem Gespräch gehen",
	goToHint: "Ein Titel oder ein Befehl",
	commands: "Befehle",
	commandWith: (command, text) => `${command}: „${text}“`,
	openNow: "geöffnet",
	inArchive: "im Archiv",
	lookingFurther: "Ältere Gespräche werden durchsucht …",
	notLookedFurther: "Ältere Gespräche konnten nicht durchsucht werden.",
	noSuchConversation: "Kein Gespräch hat diesen Titel.",
	conversationMenu: (title) => `Optionen für ${title}`,
	pin: "Oben anheften",
	unpin: "Nicht mehr anheften",
	mute: "Stummschalten",
	unmute: "Nicht mehr stummschalten",
	archive: "Archivieren",
	unarchive: "Aus dem Archiv holen",
	rename: "Umbenennen …",
	leave: "Verlassen …",
	deleteConversation: "Löschen …",
	settingsOf: "Gesprächseinstellungen",
	titleLabel: "Titel",
	assistantLegend: "Wann Claude antwortet",
	assistant: {
		auto: {
			name: "Automatisch",
			what: "Auf jede Nachricht, solange jemand mit Claude allein ist, sonst auf Erwähnungen und Antworten an Claude",
		},
		always: { name: "Immer", what: "Auf jede Nachricht" },
		mention: { name: "Wenn Claude erwähnt wird", what: "Auf Nachrichten, die @claude nennen oder Claude antworten" },
		off: { name: "Nie", what: "Hier schreiben nur Menschen" },
	},
	save: "Speichern",
	cancel: "Abbrechen",
	close: "Schließen",
	notLoadedTitle: "Das konnte nicht geladen werden",
	notLoaded: "Prüfe deine Verbindung und versuche es noch einmal. Wenn das nicht hilft, lade die Seite neu.",
	leaveTitle: (title) => `„${title}“ verlassen?`,
	leaveThis: "Dieses Gespräch verlassen?",
	leaveText: "Zurück kommst du nur mit einer neuen Einladung. Deine Nachrichten bleiben.",
	leaveNow: "Verlassen",
	deleteTitle: (title) => `„${title}“ löschen?`,
	deleteText: "Alles darin wird für alle endgültig gelöscht.",
	deleteNow: "Löschen",
	loading: "Wird geladen …",
	inviteSpent: "Diese Einladung ist aufgebraucht, abgelaufen oder widerrufen. Bitte um einen neuen Link.",
	inviteUnknown:
		"Diese Einladung funktioniert nicht: Der Link ist unvollständig, oder das Gespräch gibt es nicht mehr. Bitte um einen neuen Link.",
	joining: "Das Gespräch wird geöffnet …",
	notKept:
		"Dieses Gespräch ist nicht auf diesem Gerät gespeichert. Es öffnet sich, sobald du verbunden bist; was du jetzt schreibst, wird dann gesendet.",

	// Settings
	settings: "Einstellungen",
	theme: "Darstellung",
	themes: { system: "System", light: "Hell", dark: "Dunkel" },
	language: "Sprache",
	languages: { system: "System", en: "English", de: "Deutsch" },
	enterKey: "Eingabetaste",
	enterSends: "Sendet die Nachricht",
	enterBreaks: "Beginnt eine neue Zeile; Strg+Eingabe oder ⌘+Eingabe sendet",
	notifications: "Benachrichtigungen",
	notificationLevels: {
		off: "Keine",
		mentions: "Erwähnungen und Antworten an mich, auch von Claude",
		all: "Alle Nachrichten, außer in stummen Gesprächen",
	},
	notificationsForbidden: {
		denied: "Dein Browser blockiert Benachrichtigungen dieser Seite. Erlaube sie in den Browsereinstellungen und lade die Seite dann neu.",
		none: "Dieser Browser kann keine Benachrichtigungen dieser Seite anzeigen.",
	},
	notificationsOffer: "Möchtest du benachrichtigt werden, wenn dich jemand erwähnt oder Claude antwortet, während du woanders bist?",
	turnOn: "Einschalten",
	notNow: "Nicht jetzt",
	letterKeys: "Kürzel mit einer Taste",
	letterKeysOn: "An",
	letterKeysOff: "Aus",
	account: "Konto",
	signedInAs: (name) => `Angemeldet als ${name} (Gast).`,
	changeName: "Namen ändern …",
	changeNameTitle: "Namen ändern",
	changeNameText: "Der neue Name gilt ab jetzt überall. Nachrichten, die du schon gesendet hast, behalten den alten.",
	signOut: "Abmelden …",
	signOutTitle: "Abmelden?",
	signOutText:
		"Gäste können sich nicht wieder anmelden: Deine Gespräche bleiben bei den anderen, und nicht gesendete Nachrichten werden von diesem Gerät gelöscht.",
	signOutNow: "Abmelden",
	eraseMe: "Meine Daten löschen …",
	eraseTitle: "Alle deine Daten löschen?",
	eraseText:
		"Deine Nachrichten, deine Reaktionen und dein Name werden aus jedem Gespräch für alle endgültig gelöscht; nur leere Stellen bleiben. Ein Gespräch, das nur du leitest, geht an die Person, die am längsten dabei ist, oder wird gelöscht, wenn sonst niemand darin ist.",
	typeYourName: (name) => `Gib zur Bestätigung deinen Namen ein: ${name}`,
	notYourName: "Das ist nicht dein Name.",
	eraseNow: "Löschen",
	erased: ({ conversations, messages, reactions, deletedConversations, failed, remaining }) =>
		[
			...(conversations > deletedConversations
				? [
						`Deine Daten sind aus ${counted(conversations - deletedConversations, "Gespräch", "Gesprächen")} gelöscht: ${counted(messages, "Nachricht", "Nachrichten")} und ${counted(reactions, "Reaktion", "Reaktionen")} sind weg.`,
					]
				: ["Deine Daten sind gelöscht."]),
			...(deletedConversations > 0
				? [
						`${counted(deletedConversations, "Gespräch", "Gespräche")}, in ${formats.form(deletedConversations, { one: "dem", other: "denen" })} sonst niemand war, ${formats.form(deletedConversations, { one: "wurde", other: "wurden" })} ganz gelöscht.`,
					]
				: []),
			...(failed + remaining > 0
				? [
						`${formats.number(remaining)} ${formats.form(remaining, { one: "weiteres Gespräch folgt", other: "weitere Gespräche folgen" })} automatisch.`,
					]
				: []),
		].join(" "),
	startAgain: "Neu beginnen",
	tokens: "Persönliche Tokens",
	tokensText:
		"Ein Programm mit einem persönlichen Token handelt hier für dich, unter deinem Namen und dem des Tokens. Wähle, was es darf und wo. Du kannst es jederzeit widerrufen.",
	tokenName: "Name des Programms",
	tokenScopes: "Was es darf",
	scopes: { read: "Nachrichten lesen", write: "Nachrichten senden", manage: "Mitglieder und Einstellungen verwalten" },
	tokenConversations: "Wo",
	allConversations: "Alle Gespräche",
	chosenConversations: (count) => (count === 1 ? "1 Gespräch" : `${formats.number(count)} Gespräche`),
	makeToken: "Token erstellen",
	tokenMade: (name) => `Das Token für ${name}. Es wird nur dieses eine Mal angezeigt: Kopiere es jetzt.`,
	tokenSecret: "Token",
	tokenUntil: (until) => `Gültig bis ${until}`,
	revokeToken: (name) => `${name} widerrufen`,
	export: "Exportieren …",
	exportTitle: (title) => `„${title}“ exportieren`,
	exportAs: "Format",
	formats: {
		html: { name: "Webseite", what: "HTML, in jedem Browser zu lesen" },
		jsonl: {
			name: "Datei für Programme",
			what: "JSON Lines: vollständig, zeigt Manipulationen, kann anderswo importiert werden",
		},
	},
	saveFile: "Datei speichern",

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
	roles: { owner: "Leitung", member: "Mitglied", reader: "Nur lesen" },
	roleOf: (name) => `Rolle von ${name}`,
	findMember: "Mitglied suchen",
	noSuchMember: "Kein Mitglied heißt so.",
	moreMembers: (count) => `${formats.number(count)} weitere. Suche nach dem Namen, um sie zu finden.`,
	remove: "Entfernen",
	removeMember: (name) => `${name} entfernen`,
	removeTitle: (name) => `${name} entfernen?`,
	removeText: "Der Zugang endet sofort; zurück geht es nur mit einer neuen Einladung. Die Nachrichten bleiben.",
	stepDownTitle: "Die Leitung abgeben?",
	stepDown: "Abgeben",
	stepDownText: "Nur jemand aus der Leitung kann sie dir wiedergeben.",
	invite: "Einladen",
	inviteTitle: "Leute einladen",
	inviteLink: "Einladungslink",
	inviteHint: "Alle mit diesem Link können dazukommen.",
	inviteCopied: "Kopiert. Alle mit diesem Link können dazukommen.",
	noLink: "",
	anotherLink: "Neuer Link",
	inviteLives: "Gültig für",
	inviteUses: "Nutzbar für",
	inviteRole: "Rolle",
	makeLink: "Link erstellen",
	duration: (seconds) => formats.duration(seconds),
	people: (count) => (count === 0 ? "alle" : formats.form(count, { one: "eine Person", other: `${formats.number(count)} Personen` })),
	liveInvites: "Aktive Links",
	noInvites: "Es gibt keine aktiven Links.",
	inviteState: (role, uses, most, until) =>
		`${role === "reader" ? "Nur lesen" : "Mitglieder"}, ${formats.number(uses)}${most === null ? "" : ` von ${formats.number(most)}`} Mal benutzt, gültig bis ${until}`,
	by: (name) => `Erstellt von ${name}`,
	linkAbove: "der Link oben",
	revoke: "Widerrufen",
	revokeInvite: (what) => `Widerrufen: ${what}`,
	emptyTitle: "Ein Raum, um etwas zu besprechen",
	emptyText: (asked, canInvite) =>
		`Alle hier sehen dieselben Nachrichten${asked === "off" ? "." : " und Claudes Antworten, während sie entstehen."} ${
			{
				auto: "Solange du allein bist, antwortet Claude auf alles; sind andere dabei, fragst du mit @claude.",
				always: "Claude antwortet auf alles.",
				mention: "Mit @claude fragst du Claude.",
				off: "Claude antwortet hier nicht.",
			}[asked]
		}${canInvite ? " Mit „Einladen“ oben holst du andere dazu." : ""}`,
	prompts: [
		"Wobei kannst du einer Gruppe von Menschen helfen?",
		"Hilf uns, zwischen zwei Möglichkeiten zu entscheiden: Frag zuerst, was uns wichtig ist.",
		"Zeig mir eine kleine Tabelle, die Tee und Kaffee vergleicht.",
	],
	older: "Frühere Nachrichten anzeigen",
	olderLoading: "Frühere Nachrichten werden geladen …",
	olderFailed: "Frühere Nachrichten konnten nicht geladen werden. Noch einmal versuchen",
	newer: "Spätere Nachrichten anzeigen",
	newerLoading: "Spätere Nachrichten werden geladen …",
	newerFailed: "Spätere Nachrichten konnten nicht geladen werden. Noch einmal versuchen",
	placeLoading: "Diese Nachricht wird geladen …",
	placeFailed: "Diese Nachricht konnte nicht geladen werden.",
	jumpToLatest: (count) => (count === 0 ? "Zum Neuesten" : `Zum Neuesten (${formats.number(count)} neu)`),
	thinking: "Claude denkt nach …",
	thought: "Claudes Gedanken",
	busy: "Claude ist beschäftigt. Neuer Versuch …",
	askedBy: (names) => `gefragt von ${some(names, 3)}`,
	waitingForClaude: (names) => `Warten auf Claude: ${some(names, 3)}`,
	articleLabel: (author, time, about) => [author, time, ...(about === undefined ? [] : [about])].join(", "),

	// Searching
	searchHere: "In diesem Gespräch suchen",
	searchEverywhere: "Überall suchen",
	searchHint: "Wörter oder „eine Phrase“",
	searchResults: "Suchergebnisse",
	searching: "Suche läuft …",
	found: (count, hasMore) =>
		count === 0
			? "Keine Ergebnisse."
			: hasMore
				? `${formats.number(count)} oder mehr Ergebnisse, neueste zuerst.`
				: `${counted(count, "Ergebnis", "Ergebnisse")}, neueste zuerst.`,
	foundPartly: (count) =>
		`Bisher ${count === 0 ? "keine Ergebnisse" : counted(count, "Ergebnis", "Ergebnisse")}. Manche Gespräche konnten nicht vollständig durchsucht werden.`,
	moreResults: "Mehr anzeigen",
	searchFrom: "Von",
	searchWhen: "Zeitraum",
	anyone: "Allen",
	spans: { ever: "Beliebig", week: "Letzte 7 Tage", month: "Letzte 30 Tage", year: "Letzte 365 Tage" },

	// A message
	react: "Reagieren",
	reactWith: (emoji) => `Mit ${emoji} reagieren`,
	allEmoji: "Mehr Emojis",
	reply: "Antworten",
	more: "Mehr",
	copyText: "Text kopieren",
	details: "Details",
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
	reactions: "Reaktionen",
	reaction: (emoji, names, count) => `${emoji} ${names}, ${count}`,
	names: some,
	somebody: "jemand",
	versions: "Versionen dieser Antwort",
	versionOf: (at, all) => `${at}/${all}`,
	formerVersion: "Vorige Version",
	laterVersion: "Nächste Version",
	inAnswerTo: (name) => `Zitierte Nachricht von ${name}`,
	deletedQuote: "Gelöschte Nachricht",
	newSince: "Neu seit deinem letzten Besuch",
	newAbove: (count, since, now) => `${formats.number(count)} neu${since === undefined ? "" : ` seit ${formats.when(since, now)}`}`,
	markUnread: "Ab hier als ungelesen markieren",
	seenBy: (whom) => `Gesehen von ${whom}`,
	deleteMessageTitle: "Diese Nachricht löschen?",
	deleteMessageText: "Sie wird für alle endgültig gelöscht. Nur eine leere Stelle bleibt.",

	// Emoji
	emoji: "Emoji",
	findEmoji: "Emoji suchen",
	noEmoji: (text) => `Kein Emoji zu „${text}“ gefunden.`,
	emojiNotLoaded: "Die Emojis konnten nicht geladen werden. Prüfe deine Verbindung und versuche es noch einmal.",
	skinTone: "Hautfarbe",
	skinTones: {
		none: "Gelb",
		light: "Hell",
		"medium-light": "Mittelhell",
		medium: "Mittel",
		"medium-dark": "Mitteldunkel",
		dark: "Dunkel",
	},
	emojiSuggestions: "Passende Emojis",

	// Writing
	replyingTo: (name) => `Antwort an ${name}`,
	cancelReply: "Antwort abbrechen",
	editing: "Du bearbeitest deine Nachricht",
	cancelEditing: "Bearbeiten abbrechen",
	saveAndAskAgain: "Speichern und neu fragen",
	saving: "Wird gespeichert …",
	notSaved: "Es gibt keine Verbindung. Versuche es noch einmal, sobald du verbunden bist.",
	suggestions: "Personen, die du erwähnen kannst",
	asksClaude: "antwortet hier",
	message: "Nachricht",
	messagePlaceholder: (hasOthers) => (hasOthers ? "Schreibe oder frage @claude" : "Schreibe an Claude"),
	send: "Senden",
	stop: "Stopp",
	tooLong: (over) => `${counted(over, "Zeichen", "Zeichen")} zu lang. Nichts geht verloren: Kürze den Text oder sende ihn in Teilen.`,
	charactersLeft: (left) => `Noch ${formats.number(left)}`,
	sending: "Wird gesendet …",
	sent: "Gesendet",
	held: "Nachrichten werden nacheinander gesendet …",
	readOnly: "Du kannst dieses Gespräch lesen, aber nicht darin schreiben.",
	waiting: "Wartet auf eine Verbindung …",
	notSent: (count) =>
		`${counted(count, "Nachricht", "Nachrichten")} ${formats.form(count, { one: "wurde", other: "wurden" })} nicht gesendet`,
	retryAll: "Alle noch einmal senden",
	discardAll: "Alle löschen",
	discardAllTitle: (count) => `${counted(count, "nicht gesendete Nachricht", "nicht gesendete Nachrichten")} löschen?`,
	discardAllText: "Niemand hat sie gesehen, und sie lassen sich nicht wiederherstellen.",
	draft: "Entwurf",
	retry: "Noch einmal",
	discard: "Löschen",
	dismiss: "Schließen",
	stopped: "Hier gestoppt.",
	stoppedBy: (names) => `Gestoppt von ${formats.all(names)}.`,
	wentOn: "Unterbrochen und dann fortgesetzt.",
	typing: (names) => {
		if (names.length === 0) return "";
		if (names.length > 2) return `${formats.number(names.length)} Personen schreiben …`;
		return `${formats.all(names)} ${names.length === 1 ? "schreibt" : "schreiben"} …`;
	},

	// The connection
	connection: "Verbindung",
	connected: "Verbunden",
	connecting: "Wird verbunden …",
	reconnecting: "Wird neu verbunden …",
	offline: "Offline",
	ended: "Geschlossen",
	offlineBanner: "Du bist offline. Deine Nachrichten werden gesendet, sobald du wieder online bist.",
	reconnectingIn: (seconds: number) => `Neuer Versuch in ${formats.number(seconds)} s`,
	catchingUp: "Verpasstes wird geladen …",
	listBehind: "Die Liste ist vielleicht nicht auf dem neuesten Stand.",
	reconnectNow: "Jetzt versuchen",
	removed: "Du bist nicht mehr in diesem Gespräch.",
	gone: "Dieses Gespräch gibt es nicht, oder du hast keinen Zugang.",

	// The keyboard
	skipToMessages: "Zu den Nachrichten springen",
	skipToField: "Zum Nachrichtenfeld springen",
	help: "Tastenkürzel",
	keys: {
		ctrl: "Strg",
		shift: "Umschalt",
		enter: "Eingabe",
		delete: "Entf",
		home: "Pos1",
		end: "Ende",
		tab: "Tab",
		escape: "Esc",
	},
	shortcuts: {
		everywhere: "Überall",
		parts: "Nächster oder voriger Teil der Seite",
		help: "Diese Hilfe",
		inList: "Nächstes oder voriges Gespräch in der Liste",
		close: "Schließen oder abbrechen",
		writing: "Beim Schreiben",
		newLine: "Neue Zeile",
		name: "Jemanden erwähnen oder Claude fragen",
		editLast: "Deine letzte Nachricht bearbeiten, wenn das Feld leer ist",
		atMessage: "Auf einer Nachricht",
		move: "Andere Nachricht",
		buttons: "Schaltflächen der Nachricht",
	},

	// Announced by screen readers
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
	copyFailed: "Kopieren fehlgeschlagen",
	image: (text) => (text === "" ? "Bild" : `Bild: ${text}`),
	taskDone: "Erledigt",
	taskOpen: "Offen",
};
