// The texts about personal tokens and about the export of one's data, in English and German: they are loaded with the settings.

import { formatsOf } from "../languages/formats.ts";
import { laterWords } from "../languages/laterWords.ts";

export type Words = typeof en;

const english = formatsOf("en");
const german = formatsOf("de");

export const en = {
	tokens: "Personal tokens",
	tokensText:
		"A program with a personal token acts here for you, under your name and the token's. Choose what it may do, and where. You can revoke it at any time.",
	tokenName: "Name of the program",
	tokenScopes: "What it may do",
	scopes: { read: "Read messages", write: "Send messages", manage: "Manage members and settings" },
	tokenConversations: "Where",
	allConversations: "All conversations",
	chosenConversations: (count: number) => (count === 1 ? "1 conversation" : `${english.number(count)} conversations`),
	makeToken: "Create token",
	tokenMade: (name: string) => `Token for ${name}. It is shown only once: copy it now.`,
	tokenSecret: "Token",
	tokenUntil: (until: string) => `Expires ${until}`,
	revokeToken: (name: string) => `Revoke ${name}`,
	downloadData: "Download my data…",
	dataTitle: "Download your data",
	dataText:
		"The file has your account, your settings, what Claude has cost you, your private answers, and everything you wrote and did in your conversations, also in those that you have left. Programs can read it: it has one record a line.",
	dataOthers: "It has no messages of other people. To keep a whole conversation, export it from its menu in the list.",
	dataTooOften: "You have done that several times today. Try again tomorrow.",
	saveData: "Save file",
};

export const de: Words = {
	tokens: "Persönliche Tokens",
	tokensText:
		"Ein Programm mit einem persönlichen Token handelt hier für dich, unter deinem Namen und dem des Tokens. Wähle, was es darf und wo. Du kannst es jederzeit widerrufen.",
	tokenName: "Name des Programms",
	tokenScopes: "Was es darf",
	scopes: { read: "Nachrichten lesen", write: "Nachrichten senden", manage: "Mitglieder und Einstellungen verwalten" },
	tokenConversations: "Wo",
	allConversations: "Alle Gespräche",
	chosenConversations: (count) => (count === 1 ? "1 Gespräch" : `${german.number(count)} Gespräche`),
	makeToken: "Token erstellen",
	tokenMade: (name) => `Das Token für ${name}. Es wird nur dieses eine Mal angezeigt: Kopiere es jetzt.`,
	tokenSecret: "Token",
	tokenUntil: (until) => `Gültig bis ${until}`,
	revokeToken: (name) => `${name} widerrufen`,
	downloadData: "Meine Daten herunterladen …",
	dataTitle: "Deine Daten herunterladen",
	dataText:
		"Die Datei enthält dein Konto, deine Einstellungen, was Claude dich gekostet hat, deine privaten Antworten und alles, was du in deinen Gesprächen geschrieben und getan hast, auch in denen, die du verlassen hast. Programme können sie lesen: Sie hat einen Eintrag je Zeile.",
	dataOthers: "Nachrichten anderer enthält sie nicht. Ein ganzes Gespräch exportierst du über sein Menü in der Liste.",
	dataTooOften: "Das hast du heute schon mehrmals getan. Versuche es morgen wieder.",
	saveData: "Datei speichern",
};

export const { useWords } = laterWords("settings", { en, de });
