// The texts about webhooks, in English and German: they are loaded with that part of the settings.

import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;

/** The kinds of events that people choose from. */
export type Kind = keyof typeof en.kinds;

export const en = {
	outgoing: "Send to an address",
	outgoingText: "Parley sends what happens here to an address of yours, signed. The address must be public, with https.",
	url: "Address",
	kindsLegend: "What is sent",
	kinds: { messages: "Messages", replies: "Claude's replies", changes: "Edits, reactions and deletions", members: "Members" },
	add: "Add",
	secretMade: "This is the key of the signatures. It is shown only once: copy it now.",
	secret: "Key",
	incoming: "Post by an address",
	incomingText: "Whoever has the address can post here in your name and the one that you choose, such as “Ann (builds)”.",
	name: "Name",
	asksClaude: "May ask Claude, at your expense",
	addressMade: "This is the address. It is shown only once: copy it now.",
	states: {
		active: "Works",
		failing: "Fails",
		broken: "Was given up. Test it once it works again: what it missed is sent then.",
	},
	lastSuccess: (at: string) => `Last arrived ${at}`,
	nextTry: (at: string) => `Next try ${at}`,
	neverSent: "Nothing was sent yet",
	lastUsed: (at: string) => `Last used ${at}`,
	neverUsed: "Not used yet",
	mayAsk: "May ask Claude",
	test: "Test",
	testOf: (what: string) => `Test ${what}`,
	testArrived: (what: string) => `The test arrived at ${what}.`,
	remove: "Remove",
	removeOf: (what: string) => `Remove ${what}`,
	failures: {
		status: (status: number) => `The address answered with an error (${status}).`,
		redirect: () => "The address leads to another one, which is not followed.",
		gone: () => "The address said that it is gone.",
		timeout: () => "The address did not answer within 10 seconds.",
		unreachable: () => "The address could not be reached.",
		maker: () => "Whoever added it is no longer an owner, or is suspended.",
		internal: () => "It could not be sent. The fault is not the address's.",
	} satisfies Record<string, (status: number) => string> as Record<string, (status: number) => string>,
};

export const de: Words = {
	outgoing: "An eine Adresse senden",
	outgoingText: "Parley sendet an eine Adresse von dir, was hier geschieht, mit Signatur. Die Adresse muss öffentlich sein, mit https.",
	url: "Adresse",
	kindsLegend: "Was gesendet wird",
	kinds: { messages: "Nachrichten", replies: "Claudes Antworten", changes: "Änderungen, Reaktionen und Löschungen", members: "Mitglieder" },
	add: "Hinzufügen",
	secretMade: "Das ist der Schlüssel der Signaturen. Er wird nur dieses eine Mal angezeigt: Kopiere ihn jetzt.",
	secret: "Schlüssel",
	incoming: "Über eine Adresse posten",
	incomingText: "Wer die Adresse hat, kann hier unter deinem Namen und dem posten, den du wählst, etwa „Ann (Builds)“.",
	name: "Name",
	asksClaude: "Darf Claude fragen, auf deine Kosten",
	addressMade: "Das ist die Adresse. Sie wird nur dieses eine Mal angezeigt: Kopiere sie jetzt.",
	states: {
		active: "Funktioniert",
		failing: "Schlägt fehl",
		broken: "Wurde aufgegeben. Teste sie, sobald sie wieder geht: Dann wird gesendet, was sie verpasst hat.",
	},
	lastSuccess: (at) => `Zuletzt angekommen ${at}`,
	nextTry: (at) => `Nächster Versuch ${at}`,
	neverSent: "Noch nichts gesendet",
	lastUsed: (at) => `Zuletzt benutzt ${at}`,
	neverUsed: "Noch nicht benutzt",
	mayAsk: "Darf Claude fragen",
	test: "Testen",
	testOf: (what) => `${what} testen`,
	testArrived: (what) => `Der Test ist bei ${what} angekommen.`,
	remove: "Entfernen",
	removeOf: (what) => `${what} entfernen`,
	failures: {
		status: (status) => `Die Adresse hat mit einem Fehler geantwortet (${status}).`,
		redirect: () => "Die Adresse führt zu einer anderen. Dorthin wird nicht gesendet.",
		gone: () => "Die Adresse hat geantwortet, dass es sie nicht mehr gibt.",
		timeout: () => "Die Adresse hat nicht innerhalb von 10 Sekunden geantwortet.",
		unreachable: () => "Die Adresse war nicht erreichbar.",
		maker: () => "Wer sie hinzugefügt hat, leitet dieses Gespräch nicht mehr oder ist gesperrt.",
		internal: () => "Es konnte nicht gesendet werden. Das liegt nicht an der Adresse.",
	},
};

export const { useWords } = laterWords("webhooks", { en, de });
