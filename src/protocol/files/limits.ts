// The limits of files, each with the reason for its value. Durations are in milliseconds.

// Exported one by one, so that the page contains only those that it uses.
export * as fileLimits from "./limits.ts";

/** Bytes of a megabyte in settings and sentences. */
export const megabyte = 1024 * 1024;
/** Files of one message. More of them belong in an archive. */
export const perMessage = 10;
/** The name of a file, in UTF-16 units. File systems take 255. */
export const name = 255;
/** The text that stands for a picture. Longer ones are read aloud to their end. */
export const alt = 1_000;
/** The tag of the language of a description. The longest in use have about 20 characters. */
export const languageTag = 35;
/** The bars of a voice message's waveform: how many, and how high. */
export const waveform = { bars: 48, highest: 31 };
/** The longest recording that says how long it is. A film that lasts longer than a day is an error. */
export const duration = 24 * 3600_000;
/** Pixels of a side of a picture. No format of ours allows more. */
export const side = 65_535;
/** A thumbhash has up to 25 bytes, in base64. */
export const thumbhash = 40;
/** Bytes of a thumbnail. `original`: a picture of up to so many bytes is a thumbnail of itself. */
export const thumbnail = { bytes: 200 * 1024, original: 100 * 1024 };
/** The longest voice message that the page records, and that is written down. */
export const longestSpeech = 5 * 60_000;
/**
 * Of a voice message that is written down: bytes, of which Safari makes 24,000 a second where its AAC has no lower rate. Three copies of
 * them are in memory at once: they have to fit into what one person may hold, see `inMemory`. `perSecond`: so many bytes count as a second
 * at least, because what the sender says proves nothing. At the rate that the page asks for, browsers make 2,700 to 3,000 bytes of Opus.
 * `perSecondOfAac`: encoders of systems begin at 96 kbit/s.
 */
export const speech = { bytes: 8 * megabyte, perSecond: 2_500, perSecondOfAac: 12_000 };
/** A transcript. An hour of speech has about 60,000 characters. */
export const transcript = 100_000;
/** Files that a reply says it has not read. A message has no more, and a longer list says no more. */
export const unread = 10;
/** Files of one conversation, besides their size. */
export const perConversation = 10_000;
/** Uploads to one conversation at once. Each holds a few megabytes of memory. */
export const uploads = 8;
/** Of them, those of one person: nobody may take the room of all others. */
export const uploadsPerPerson = 2;
/** And those of the guests of one network together, because their ids cost nothing. */
export const uploadsPerNetwork = 4;
/**
 * Bytes of files from sockets that one instance holds in memory, those of one person, and those of the guests of one network together.
 * Larger files are uploaded by HTTP.
 */
export const inMemory = { all: 50 * megabyte, person: 25 * megabyte, network: 25 * megabyte };
/**
 * The least pace of an upload, in bytes a second, and how long it may fall behind or stand still, in ms. A train's tunnel is shorter, and a
 * line on which 25 MB take an hour is no faster.
 */
export const pace = { perSecond: 8_000, behind: 20_000 };
/** Files that one person and one guest may upload in a day: one member could otherwise fill a conversation with empty files within minutes. */
export const perDay = { person: 1_000, guest: 200 };
/** The longest upload. 25 MB take a quarter of an hour on a very slow line. */
export const uploadTime = 15 * 60_000;
/** Files of one person in a conversation that no message names yet. A message takes 10. */
export const unsentPerPerson = 50;
/** A file that no message names is deleted after so long. */
export const unnamed = 24 * 3600_000;
/** Files of one page of a conversation's files. */
export const page = { min: 1, default: 50, max: 200 };
/**
 * Of the files in a prompt, those that Claude reads as themselves. The API takes 32 MB in all, in base64, and pictures of more than 2,000 pixels
 * only up to 20 of them; a model with a small context reads 100 pages. `tokens`: as many as the text of a prompt, so that a reply
 * stays affordable.
 */
export const forClaude = { files: 20, bytes: 20 * megabyte, tokens: 100_000, pages: 100 };
/**
 * One picture for Claude: 5 MB in base64, and as many pixels as the API accepts. `tokens`: the most that a picture takes, whatever its
 * size; `pixelsPerToken`: what smaller ones take.
 */
export const pictureForClaude = { bytes: 3_900_000, side: 8_000, tokens: 4_800, pixelsPerToken: 750 };
/** Tokens of a page of a PDF, which Claude reads as a text and as a picture. Dense pages have more, most have less. */
export const tokensPerPage = 2_500;
/** Bytes of a text file for Claude. A longer one would leave no room for others. */
export const textForClaude = 200_000;
/**
 * Downloads that are open in one instance at once: of one person, of the guests of one network together, and of everybody. A page of the
 * list of files shows 50 pictures. Each holds some 100 kB of memory.
 */
export const downloads = { person: 64, network: 128, all: 256 };
/** A download whose reader takes nothing for so long is ended. It can be continued by `Range`. */
export const downloadStall = 30_000;
