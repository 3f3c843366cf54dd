// The texts about files, in every language: they are loaded with the parts that need them.

import * as fileLimits from "../../../src/protocol/files/limits.ts";
import { formatsOf } from "../languages/formats.ts";
import type { Language } from "../languages/language.ts";
import { laterWords } from "../languages/laterWords.ts";

function wordsIn(locale: Language) {
	const { number, percent, dayAndTime } = formatsOf(locale);
	const units = (unit: "byte" | "kilobyte" | "megabyte", digits: number) =>
		new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumFractionDigits: digits });
	const [bytes, kilobytes, megabytes] = [units("byte", 0), units("kilobyte", 0), units("megabyte", 1)];
	return {
		number,
		percent,
		dayAndTime,
		/** The units of the settings: 1,024 bytes are a kilobyte. */
		size: (size: number) => {
			if (size < 1024) return bytes.format(size);
			return size < fileLimits.megabyte ? kilobytes.format(size / 1024) : megabytes.format(size / fileLimits.megabyte);
		},
	};
}

const english = wordsIn("en");
const german = wordsIn("de");

const en = {
	...english,
	add: (count: number, size: string | undefined) =>
		size === undefined ? "Add files…" : `Add files, up to ${english.number(count)} of ${size} each…`,
	takePhoto: "Take a photo…",
	tooMany: (most: number) => `A message takes ${english.number(most)} files. The others were not added.`,
	tooLarge: (name: string, most: string) => `“${name}” is too large. A file may have up to ${most}.`,
	empty: (name: string) => `“${name}” is empty.`,
	drop: "Drop files here to add them to your message",
	attached: "Files of your message",
	added: (count: number) => `${count === 1 ? "1 file" : `${english.number(count)} files`} added`,
	preparing: "Preparing…",
	queued: "Waiting…",
	offline: "Waiting for a connection…",
	uploading: (share: number) => `Uploading, ${english.percent(share)}`,
	progressOf: (name: string) => `Upload of ${name}`,
	uploaded: "Ready",
	allUploaded: "All files are uploaded.",
	retry: "Retry",
	remove: (name: string) => `Remove ${name}`,
	earlier: (name: string) => `Move ${name} up`,
	later: (name: string) => `Move ${name} down`,
	alt: "What does it show? For people who cannot see it",
	altOf: (name: string) => `Description of ${name}`,
	suggest: "Suggest",
	suggestFor: (name: string) => `Suggest a description of ${name}`,
	suggestHint: "Claude looks at the picture and describes it",
	suggesting: "Describing…",
	undo: "Undo",
	undoSuggestion: (name: string) => `Undo the suggested description of ${name}`,
	notSuggested: "Claude has not described this picture. You can describe it yourself.",
	original: "Send the original",
	originalOf: (name: string) => `Send the original of ${name}, with the place and time it may contain`,
	isClean: "Place and camera data were removed.",
	isOriginal: "Sent as it is: it may contain the place where it was taken.",
	cannotRedraw: "This browser cannot open it. It is sent as it is and may contain the place where it was taken.",
	waitingPosts: "Messages whose files are being sent",
	post: (files: string, text: string) => (text === "" ? files : `${files}: ${text}`),
	takeBack: "Back to the draft",

	picture: "Picture",
	open: (name: string) => `Open picture: ${name}`,
	notLoaded: "The file could not be loaded.",
	download: (name: string) => `Download ${name}`,
	downloading: "Downloading…",
	play: (name: string) => `Play ${name}`,
	kinds: { pdf: "PDF", audio: "Audio", video: "Video", text: "Text", picture: "Picture", other: "File" },
	unread: "Claude could not read:",
	unreadFor: {
		type: "this kind of file",
		too_large: "too large",
		too_many: "too many files",
		model: "not with this model",
		refused: "it could not be opened",
		gone: "it is not there any more",
		too_costly: "too costly for the budget",
	},
	voice: "Voice message",
	playVoice: "Play voice message",
	pauseVoice: "Pause voice message",
	position: "Position",
	positionOf: (at: string, all: string) => `${at} of ${all}`,
	speed: (rate: number) => `Speed: ${english.number(rate)}×`,
	rate: (rate: number) => `${english.number(rate)}×`,

	lightbox: "Picture",
	close: "Close",
	zoomIn: "Zoom in",
	zoomOut: "Zoom out",
	next: "Next picture",
	previous: "Previous picture",
	place: (at: number, all: number) => `${english.number(at)} of ${english.number(all)}`,

	record: "Record a voice message…",
	recording: "Recording",
	level: "Loudness",
	stopRecording: "Stop",
	discardRecording: "Delete recording",
	listen: "Listen before you send it",
	longest: (time: string) => `Up to ${time}`,
	noMicrophone: "The microphone cannot be used. Allow it for this page in your browser's settings.",
	noRecorder: "This browser cannot record sound.",

	stopReading: "Stop reading aloud",

	filesHere: "Files",
	noFiles: "No files have been sent here yet.",
	toMessage: "Message",
	showMessage: (name: string) => `Message with ${name}`,
	more: "Show more",
};

export type Words = typeof en;

const de: Words = {
	...german,
	add: (count, size) =>
		size === undefined ? "Dateien hinzufügen …" : `Dateien hinzufügen, bis zu ${german.number(count)} mit je ${size} …`,
	takePhoto: "Foto aufnehmen …",
	tooMany: (most) => `Eine Nachricht fasst ${german.number(most)} Dateien. Die übrigen wurden nicht hinzugefügt.`,
	tooLarge: (name, most) => `„${name}“ ist zu groß. Eine Datei darf bis zu ${most} haben.`,
	empty: (name) => `„${name}“ ist leer.`,
	drop: "Dateien hier ablegen, um sie deiner Nachricht hinzuzufügen",
	attached: "Dateien deiner Nachricht",
	added: (count) => `${count === 1 ? "1 Datei" : `${german.number(count)} Dateien`} hinzugefügt`,
	preparing: "Wird vorbereitet …",
	queued: "Wartet …",
	offline: "Wartet auf eine Verbindung …",
	uploading: (share) => `Wird hochgeladen, ${german.percent(share)}`,
	progressOf: (name) => `Hochladen von ${name}`,
	uploaded: "Bereit",
	allUploaded: "Alle Dateien sind hochgeladen.",
	retry: "Erneut versuchen",
	remove: (name) => `${name} entfernen`,
	earlier: (name) => `${name} nach oben`,
	later: (name) => `${name} nach unten`,
	alt: "Was ist zu sehen? Für Menschen, die es nicht sehen können",
	altOf: (name) => `Beschreibung von ${name}`,
	suggest: "Vorschlagen",
	suggestFor: (name) => `Vorschlagen: eine Beschreibung von ${name}`,
	suggestHint: "Claude sieht das Bild an und beschreibt es",
	suggesting: "Wird beschrieben …",
	undo: "Rückgängig",
	undoSuggestion: (name) => `Rückgängig: die vorgeschlagene Beschreibung von ${name}`,
	notSuggested: "Claude hat das Bild nicht beschrieben. Du kannst es selbst beschreiben.",
	original: "Original senden",
	originalOf: (name) => `Original von ${name} senden, mit Ort und Zeit, die es enthalten kann`,
	isClean: "Ort und Kameradaten wurden entfernt.",
	isOriginal: "Wird gesendet, wie es ist: Es kann den Aufnahmeort enthalten.",
	cannotRedraw: "Dieser Browser kann es nicht öffnen. Es wird gesendet, wie es ist, und kann den Aufnahmeort enthalten.",
	waitingPosts: "Nachrichten, deren Dateien gesendet werden",
	post: (files, text) => (text === "" ? files : `${files}: ${text}`),
	takeBack: "Zurück in den Entwurf",

	picture: "Bild",
	open: (name) => `Bild öffnen: ${name}`,
	notLoaded: "Die Datei konnte nicht geladen werden.",
	download: (name) => `${name} herunterladen`,
	downloading: "Wird heruntergeladen …",
	play: (name) => `${name} abspielen`,
	kinds: { pdf: "PDF", audio: "Audio", video: "Video", text: "Text", picture: "Bild", other: "Datei" },
	unread: "Claude konnte nicht lesen:",
	unreadFor: {
		type: "diese Art von Datei",
		too_large: "zu groß",
		too_many: "zu viele Dateien",
		model: "nicht mit diesem Modell",
		refused: "ließ sich nicht öffnen",
		gone: "nicht mehr da",
		too_costly: "zu teuer für das Budget",
	},
	voice: "Sprachnachricht",
	playVoice: "Sprachnachricht abspielen",
	pauseVoice: "Sprachnachricht anhalten",
	position: "Stelle",
	positionOf: (at, all) => `${at} von ${all}`,
	speed: (rate) => `Tempo: ${german.number(rate)}×`,
	rate: (rate) => `${german.number(rate)}×`,

	lightbox: "Bild",
	close: "Schließen",
	zoomIn: "Vergrößern",
	zoomOut: "Verkleinern",
	next: "Nächstes Bild",
	previous: "Voriges Bild",
	place: (at, all) => `${german.number(at)} von ${german.number(all)}`,

	record: "Sprachnachricht aufnehmen …",
	recording: "Aufnahme läuft",
	level: "Lautstärke",
	stopRecording: "Beenden",
	discardRecording: "Aufnahme löschen",
	listen: "Vor dem Senden anhören",
	longest: (time) => `Bis zu ${time}`,
	noMicrophone: "Das Mikrofon kann nicht benutzt werden. Erlaube es für diese Seite in den Einstellungen des Browsers.",
	noRecorder: "Dieser Browser kann keinen Ton aufnehmen.",

	stopReading: "Vorlesen beenden",

	filesHere: "Dateien",
	noFiles: "Hier wurden noch keine Dateien gesendet.",
	toMessage: "Nachricht",
	showMessage: (name) => `Nachricht mit ${name}`,
	more: "Mehr zeigen",
};

export const { useWords, currentWords } = laterWords({ en, de });
