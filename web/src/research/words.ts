// The texts about what Claude looks up, in English and German: they are loaded with the parts that need them.

import { type Tool, type ToolError, webAddress } from "../../../src/protocol/sources.ts";
import { formatsOf } from "../languages/formats.ts";
import { laterWords } from "../languages/laterWords.ts";

type Status = Tool["status"];
export type Words = {
	calls: CallWords;
	/** With what is searched for or read after it, and without. */
	verbs: Record<"search" | "fetch" | "recall" | "other", Record<Status, string>>;
	alone: Record<"search" | "fetch" | "recall", Record<Status, string>>;
	errors: Record<ToolError, string>;
	lookups(count: number): string;
	failed(count: number): string;
	sources(count: number): string;
	source(number: number, title: string): string;
};

/** Calls of the tools of MCP servers. */
type CallWords = {
	count(count: number): string;
	declined(count: number): string;
	/** The tool and its server. */
	tool(tool: string, server: string): string;
	from(server: string): string;
	/** Of the call. */
	arguments: string;
	/** What the tool answered. */
	result: string;
	noArguments: string;
	/** Nobody has decided. */
	waits: string;
	/** Who can. */
	members: string;
	owners: string;
	allow: string;
	decline: string;
	/** Claude writes the call, or it is made without asking. */
	calling: string;
	running: string;
	done: string;
	failed(reason: string): string;
	allowedBy(name: string): string;
	declinedBy(name: string): string;
	errors: Record<ToolError, string>;
	/** Over the log, while the call is not on screen. */
	pending: string;
	/** For screen readers. */
	asksFor(tool: string, server: string): string;
	/** In the settings of a conversation. */
	servers: {
		all(count: number): string;
		asking(count: number): string;
		asksFirst: string;
		asksNobody: string;
		decided: Record<"members" | "owners", string>;
		loading: string;
		unreachable: string;
	};
};

const english = formatsOf("en");
const german = formatsOf("de");

export const en: Words = {
	verbs: {
		search: { running: "Searching the web:", done: "Searched the web:", failed: "Tried to search the web:" },
		fetch: { running: "Reading", done: "Read", failed: "Tried to read" },
		recall: { running: "Searching this conversation:", done: "Searched this conversation:", failed: "Tried to search this conversation:" },
		other: { running: "Using", done: "Used", failed: "Tried to use" },
	},
	alone: {
		search: { running: "Searching the web…", done: "Searched the web", failed: "Tried to search the web" },
		fetch: { running: "Reading a page…", done: "Read a page", failed: "Tried to read a page" },
		recall: { running: "Searching this conversation…", done: "Searched this conversation", failed: "Tried to search this conversation" },
	},
	errors: {
		too_many: "Claude had used up the lookups of one reply.",
		not_allowed: "This page may not be read.",
		not_found: "There is no such page.",
		unreadable: "The page has nothing that Claude can read.",
		busy: "Too many lookups at that moment.",
		unavailable: "It did not work at that moment.",
		bad_input: "The request was malformed.",
		unfinished: "The reply ended first.",
		unsupported: "The model in use cannot do this.",
		declined: "Declined.",
		undecided: "Nobody decided in time.",
		unknown: "It is unknown whether this was done.",
	},
	calls: {
		count: (count) => `${english.number(count)} ${english.form(count, { one: "tool call", other: "tool calls" })}`,
		declined: (count) => `${english.number(count)} declined`,
		tool: (tool, server) => `${tool} from ${server}`,
		from: (server) => `from ${server}`,
		arguments: "Arguments",
		result: "Result",
		noArguments: "No arguments.",
		waits: "Claude asks before it does this. After an hour without an answer it is declined.",
		members: "Everyone who may ask Claude can decide.",
		owners: "Only owners can decide.",
		allow: "Allow",
		decline: "Decline",
		calling: "Claude is calling this…",
		running: "Running…",
		done: "Done.",
		failed: (reason) => `Failed: ${reason}`,
		allowedBy: (name) => `Allowed by ${name}.`,
		declinedBy: (name) => `Declined by ${name}.`,
		errors: {
			too_many: "Claude had used up the calls of one reply.",
			not_allowed: "The tool may not be used here.",
			not_found: "There is no such tool now.",
			unreadable: "The tool's answer cannot be read.",
			busy: "Too many calls at that moment.",
			unavailable: "The tool's server could not be reached.",
			bad_input: "The tool did not accept the call.",
			unfinished: "The reply ended first.",
			unsupported: "The model in use cannot do this.",
			declined: "Declined.",
			undecided: "Nobody decided in time.",
			unknown: "It is unknown whether this was done.",
		},
		pending: "Claude asks to use a tool",
		asksFor: (tool, server) => `Claude asks to use ${tool} from ${server}.`,
		servers: {
			all: (count) => `${english.number(count)} ${english.form(count, { one: "tool", other: "tools" })}`,
			asking: (count) => (count === 0 ? "none asks first" : `${english.number(count)} ${count === 1 ? "asks" : "ask"} first`),
			asksFirst: "Asks first",
			asksNobody: "Reads only, without asking",
			decided: { members: "Everyone who may ask Claude can allow a call.", owners: "Only owners can allow a call." },
			loading: "Loading the tools…",
			unreachable: "This server cannot be reached now, so its tools are unknown.",
		},
	},
	lookups: (count) => `${english.number(count)} ${english.form(count, { one: "lookup", other: "lookups" })}`,
	failed: (count) => `${english.number(count)} failed`,
	sources: (count) => `${english.number(count)} ${english.form(count, { one: "source", other: "sources" })}`,
	source: (number, title) => `Source ${english.number(number)}: ${title}`,
};

export const de: Words = {
	verbs: {
		search: { running: "Sucht im Web:", done: "Im Web gesucht:", failed: "Im Web zu suchen versucht:" },
		fetch: { running: "Liest", done: "Gelesen:", failed: "Zu lesen versucht:" },
		recall: { running: "Sucht im Gespräch:", done: "Im Gespräch gesucht:", failed: "Im Gespräch zu suchen versucht:" },
		other: { running: "Benutzt", done: "Benutzt:", failed: "Zu benutzen versucht:" },
	},
	alone: {
		search: { running: "Sucht im Web …", done: "Im Web gesucht", failed: "Im Web zu suchen versucht" },
		fetch: { running: "Liest eine Seite …", done: "Eine Seite gelesen", failed: "Eine Seite zu lesen versucht" },
		recall: { running: "Sucht im Gespräch …", done: "Im Gespräch gesucht", failed: "Im Gespräch zu suchen versucht" },
	},
	errors: {
		too_many: "Claude hatte alles nachgeschlagen, was für eine Antwort erlaubt ist.",
		not_allowed: "Diese Seite darf nicht gelesen werden.",
		not_found: "Diese Seite gibt es nicht.",
		unreadable: "Auf der Seite steht nichts, was Claude lesen kann.",
		busy: "In diesem Moment wurde zu viel nachgeschlagen.",
		unavailable: "Es ging in diesem Moment nicht.",
		bad_input: "Die Anfrage war fehlerhaft.",
		unfinished: "Die Antwort endete vorher.",
		unsupported: "Das verwendete Modell kann das nicht.",
		declined: "Abgelehnt.",
		undecided: "Niemand hat rechtzeitig entschieden.",
		unknown: "Ob das geschehen ist, ist nicht bekannt.",
	},
	calls: {
		count: (count) => `${german.number(count)} ${german.form(count, { one: "Werkzeugaufruf", other: "Werkzeugaufrufe" })}`,
		declined: (count) => `${german.number(count)} abgelehnt`,
		tool: (tool, server) => `${tool} von ${server}`,
		from: (server) => `von ${server}`,
		arguments: "Angaben",
		result: "Ergebnis",
		noArguments: "Ohne Angaben.",
		waits: "Claude fragt, bevor es das tut. Nach einer Stunde ohne Antwort ist es abgelehnt.",
		members: "Alle, die Claude fragen dürfen, können entscheiden.",
		owners: "Nur die Leitung kann entscheiden.",
		allow: "Erlauben",
		decline: "Ablehnen",
		calling: "Claude ruft das auf …",
		running: "Läuft …",
		done: "Fertig.",
		failed: (reason) => `Fehlgeschlagen: ${reason}`,
		allowedBy: (name) => `Erlaubt von ${name}.`,
		declinedBy: (name) => `Abgelehnt von ${name}.`,
		errors: {
			too_many: "Claude hatte alle Aufrufe einer Antwort aufgebraucht.",
			not_allowed: "Das Werkzeug darf hier nicht benutzt werden.",
			not_found: "Dieses Werkzeug gibt es nicht mehr.",
			unreadable: "Die Antwort des Werkzeugs ist nicht lesbar.",
			busy: "In diesem Moment gab es zu viele Aufrufe.",
			unavailable: "Der Server des Werkzeugs war nicht erreichbar.",
			bad_input: "Das Werkzeug hat den Aufruf nicht angenommen.",
			unfinished: "Die Antwort endete vorher.",
			unsupported: "Das verwendete Modell kann das nicht.",
			declined: "Abgelehnt.",
			undecided: "Niemand hat rechtzeitig entschieden.",
			unknown: "Ob das geschehen ist, ist nicht bekannt.",
		},
		pending: "Claude möchte ein Werkzeug benutzen",
		asksFor: (tool, server) => `Claude möchte ${tool} von ${server} benutzen.`,
		servers: {
			all: (count) => `${german.number(count)} ${german.form(count, { one: "Werkzeug", other: "Werkzeuge" })}`,
			asking: (count) => (count === 0 ? "keines fragt vorher" : `${german.number(count)} ${count === 1 ? "fragt" : "fragen"} vorher`),
			asksFirst: "Fragt vorher",
			asksNobody: "Liest nur, ohne zu fragen",
			decided: {
				members: "Alle, die Claude fragen dürfen, können einen Aufruf erlauben.",
				owners: "Nur die Leitung kann einen Aufruf erlauben.",
			},
			loading: "Die Werkzeuge werden geladen …",
			unreachable: "Dieser Server ist gerade nicht erreichbar. Seine Werkzeuge sind deshalb unbekannt.",
		},
	},
	lookups: (count) => `${german.number(count)}-mal nachgeschlagen`,
	failed: (count) => `${german.number(count)}-mal ohne Erfolg`,
	sources: (count) => `${german.number(count)} ${german.form(count, { one: "Quelle", other: "Quellen" })}`,
	source: (number, title) => `Quelle ${german.number(number)}: ${title}`,
};

export const { currentWords, useWords } = laterWords("research", { en, de });

/** What the tool does or did. `subject` is a stranger's text, and may be empty. */
export function phraseOf({ name, input, status }: Tool, { verbs, alone }: Words): { verb: string; subject: string } {
	const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof typeof kinds] : "other";
	if (kind === "other") return { verb: verbs.other[status], subject: input === "" ? name : `${name}: ${input}` };
	const wanted = kind === "recall" ? queryOf(input) : input;
	if (wanted === "") return { verb: alone[kind][status], subject: "" };
	// A page that was read is named by its whole address once there is room for it.
	return { verb: verbs[kind][status], subject: kind === "fetch" && status === "running" ? hostOf(input) : wanted };
}

const kinds = { web_search: "search", web_fetch: "fetch", search_conversation: "recall" } as const;

/** What a search in the conversation is for. Its input may be cut off. */
function queryOf(input: string): string {
	try {
		const { query } = JSON.parse(input) as { query?: unknown };
		return typeof query === "string" ? query : "";
	} catch {
		return "";
	}
}

export function failureOf({ error }: Tool, { errors }: Pick<Words, "errors">): string {
	return errors[error as ToolError] ?? errors.unavailable;
}

/** What has become of a call, in one or two sentences; `by`: the name of who decided. */
export function callState(call: Tool, by: string | undefined, { calls }: Words): string {
	const { status, asks, error } = call;
	if (asks) return calls.waits;
	if (error === "declined" && by !== undefined) return calls.declinedBy(by);
	if (error === "undecided") return calls.errors.undecided;
	const ended = {
		running: by === undefined ? calls.calling : calls.running,
		done: calls.done,
		failed: calls.failed(failureOf(call, calls)),
	};
	return by === undefined ? ended[status] : `${calls.allowedBy(by)} ${ended[status]}`;
}

/** The address itself, if it is no web page's. */
export function hostOf(url: string): string {
	const href = webAddress(url);
	return href === undefined ? url : new URL(href).host;
}
