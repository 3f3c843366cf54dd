// The texts about notifications while no page is open, in English and German. They are loaded with the parts that need them.

import { laterWords } from "../languages/laterWords.ts";
import type { Obstacle } from "./device.ts";

export type Words = typeof en;

export const en = {
	on: "On",
	off: "Off",
	push: "Notifications on this device while the page is closed",
	pushIsOn: "This device is notified while no page of yours is visible.",
	pushIsOff: "Your browser asks for permission when you turn this on.",
	obstacles: {
		denied: "Your browser blocks notifications from this page. Allow them in its settings for this site, then turn this on again.",
		unsupported: "This browser cannot be notified while the page is closed.",
		"home screen": "Add this page to your home screen first: open the Share menu and choose “Add to Home Screen”. Then open it from there.",
		off: "This service has no notifications while the page is closed.",
		failed: "Your browser could not turn this on. Private windows and some browsers do not allow it.",
		unreachable: "The service cannot be reached. Please try again in a moment.",
	} satisfies Record<Obstacle, string>,
	quiet: "Quiet hours",
	quietWhy: "Nothing notifies you in these hours. When they end, you are notified of what is still unread.",
	from: "From",
	until: "until",
	timeZone: (zone: string) => `(${zone})`,
	levelTitle: (title: string) => `Notifications of “${title}”`,
	level: "Notify me of",
	levels: {
		default: "What my settings say",
		all: "All messages",
		mentions: "Mentions, replies to me, and direct messages",
		off: "Nothing (muted)",
	},
	notChanged: "That could not be changed. Please try again.",
};

export const de: Words = {
	on: "An",
	off: "Aus",
	push: "Benachrichtigungen auf diesem Gerät, während die Seite geschlossen ist",
	pushIsOn: "Dieses Gerät wird benachrichtigt, während du keine Seite vor dir hast.",
	pushIsOff: "Beim Einschalten fragt dein Browser um Erlaubnis.",
	obstacles: {
		denied:
			"Dein Browser blockiert Benachrichtigungen von dieser Seite. Erlaube sie in seinen Einstellungen für diese Website und schalte sie dann wieder ein.",
		unsupported: "Dieser Browser kann nicht benachrichtigt werden, während die Seite geschlossen ist.",
		"home screen":
			"Füge die Seite zuerst zum Home-Bildschirm hinzu: Öffne das Teilen-Menü und wähle „Zum Home-Bildschirm“. Öffne sie dann von dort.",
		off: "Dieser Dienst hat keine Benachrichtigungen, während die Seite geschlossen ist.",
		failed: "Dein Browser konnte das nicht einschalten. Private Fenster und manche Browser erlauben es nicht.",
		unreachable: "Der Dienst ist nicht erreichbar. Bitte versuche es gleich noch einmal.",
	},
	quiet: "Ruhezeit",
	quietWhy: "In dieser Zeit benachrichtigt dich nichts. Danach wirst du über das benachrichtigt, was noch ungelesen ist.",
	from: "Von",
	until: "bis",
	timeZone: (zone) => `(${zone})`,
	levelTitle: (title) => `Benachrichtigungen aus „${title}“`,
	level: "Benachrichtige mich über",
	levels: {
		default: "Was meine Einstellungen sagen",
		all: "Alle Nachrichten",
		mentions: "Erwähnungen, Antworten an mich und direkte Nachrichten",
		off: "Nichts (stumm)",
	},
	notChanged: "Das konnte nicht geändert werden. Bitte versuche es noch einmal.",
};

export const { useWords } = laterWords("push", { en, de });
