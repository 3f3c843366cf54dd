import { expect, it } from "vitest";
import { isoHandlers } from "../../src/files/iso-boxes.ts";
import { pictureSize } from "../../src/files/picture-size.ts";
import { isKnown, rangeOf } from "../../src/files/range.ts";
import { isAsDeclared, sniff, TextCheck } from "../../src/files/sniff.ts";
import { bytesOf, jpeg, noise, png } from "../support/files.ts";

const u32 = (value: number) => String.fromCharCode(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
const box = (type: string, content: string) => `${u32(content.length + 8)}${type}${content}`;
const ftyp = (...brands: string[]) => box("ftyp", `${brands[0]}\0\0\0\0${brands.join("")}`);
const track = (handler: string) => box("trak", box("mdia", box("hdlr", `\0\0\0\0\0\0\0\0${handler}`)));
const avif = (turns: number) =>
	ftyp("avif", "mif1") +
	box("meta", `\0\0\0\0${box("iprp", box("ipco", box("ispe", `\0\0\0\0${u32(40)}${u32(30)}`) + box("irot", String.fromCharCode(turns))))}`);

it.each([
	["a PNG", png(), "image/png"],
	["a JPEG", jpeg(4, 3), "image/jpeg"],
	["a GIF", bytesOf("GIF89a\x05\0\x04\0"), "image/gif"],
	["a WebP", bytesOf("RIFF\0\0\0\0WEBPVP8L"), "image/webp"],
	["an AVIF", bytesOf(avif(0)), "image/avif"],
	["a HEIC", bytesOf(ftyp("heic", "mif1")), "image/heic"],
	["a PDF", bytesOf("%PDF-1.7\n"), "application/pdf"],
	["a film in WebM", bytesOf("\x1aE\xdf\xa3\x42\x82\x84webm V_VP9"), "video/webm"],
	["sound in WebM", bytesOf("\x1aE\xdf\xa3\x42\x82\x84webm A_OPUS"), "audio/webm"],
	["another Matroska file", bytesOf("\x1aE\xdf\xa3\x42\x82\x88matroska"), undefined],
	["a film in MP4", bytesOf(ftyp("isom") + box("moov", track("soun") + track("vide"))), "video/mp4"],
	["sound in MP4", bytesOf(ftyp("isom") + box("moov", track("soun"))), "audio/mp4"],
	["a film of a phone", bytesOf(ftyp("qt  ")), "video/quicktime"],
	["Ogg", bytesOf("OggS\0\x02 OpusHead"), "audio/ogg"],
	["an MP3 with a tag", bytesOf("ID3\x04"), "audio/mpeg"],
	["an MP3 without one", bytesOf("\xff\xfb\x90\x64"), "audio/mpeg"],
	["a WAV", bytesOf("RIFF\0\0\0\0WAVE"), "audio/wav"],
	["a FLAC", bytesOf("fLaC\0"), "audio/flac"],
	["a page", bytesOf("<!doctype html><script>alert(1)</script>"), undefined],
	["an SVG", bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>'), undefined],
	["UTF-16", bytesOf("\xff\xfeh\0i\0"), undefined],
	["noise", noise(200), undefined],
	["nothing", new Uint8Array(), undefined],
])("finds %s by its content", (_what, bytes, type) => {
	expect(sniff(bytes, "text/html")).toBe(type);
});

it("reads no box beyond its parent, so that a file of units that claim the rest of it is read once", () => {
	const claiming = (type: string, rest: number) => `${u32(8 + rest)}${type}`;
	const many = Array.from({ length: 50 }, () => box("trak", claiming("mdia", 100_000))).join("");
	const handlers = Array.from({ length: 50 }, () => box("hdlr", "\0\0\0\0\0\0\0\0vide")).join("");
	expect(isoHandlers(bytesOf(ftyp("isom") + box("moov", many + handlers)))).toEqual([]);
	expect(isoHandlers(bytesOf(ftyp("isom") + box("moov", many + track("soun"))))).toEqual(["soun"]);
});

it("takes the sender's word only for whether an unfinished MP4 is sound", () => {
	const head = bytesOf(ftyp("isom"));
	expect([sniff(head, "audio/mp4"), sniff(head, "video/mp4"), sniff(head, "text/html")]).toEqual(["audio/mp4", "video/mp4", "video/mp4"]);
});

it.each([
	["a PNG", png(640, 480), "image/png", [640, 480]],
	["a JPEG", jpeg(640, 480), "image/jpeg", [640, 480]],
	["a JPEG that stands upright", jpeg(640, 480, 6), "image/jpeg", [480, 640]],
	["a JPEG that is mirrored", jpeg(640, 480, 2), "image/jpeg", [640, 480]],
	["a GIF", bytesOf("GIF89a\x05\x01\x04\0"), "image/gif", [261, 4]],
	["a WebP", bytesOf("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0f\x01\0\x07\0\0"), "image/webp", [272, 8]],
	["an AVIF", bytesOf(avif(0)), "image/avif", [40, 30]],
	["an AVIF that stands upright", bytesOf(avif(3)), "image/avif", [30, 40]],
	["a PNG that is cut off", png().slice(0, 18), "image/png", undefined],
	["a PNG of no size", png(0, 4), "image/png", undefined],
	["a JPEG of noise", noise(400), "image/jpeg", undefined],
])("reads the size of %s", (_what, bytes, type, size) => {
	const found = pictureSize(bytes, type);
	expect(found && [found.width, found.height]).toEqual(size);
});

it("refuses a page that calls itself a picture, and nothing that it does not know", () => {
	expect(isAsDeclared("text/plain", "image/png")).toBe(false);
	expect(isAsDeclared("application/octet-stream", "image/png")).toBe(false);
	expect(isAsDeclared("text/plain", "application/pdf")).toBe(false);
	expect(isAsDeclared("image/png", "audio/mpeg")).toBe(false);
	expect(isAsDeclared("image/jpeg", "image/png")).toBe(true);
	expect(isAsDeclared("audio/webm", "video/webm")).toBe(true);
	expect(isAsDeclared("application/octet-stream", "audio/mpeg")).toBe(true);
	expect(isAsDeclared("text/plain", "image/svg+xml")).toBe(true);
	expect(isAsDeclared("application/octet-stream", "application/zip")).toBe(true);
	expect(isAsDeclared("image/png", "")).toBe(true);
});

it("knows a text in UTF-8, also where a character is divided between two pieces", () => {
	const check = (...pieces: Uint8Array[]) => {
		const text = new TextCheck();
		for (const piece of pieces) text.add(piece);
		return text.end();
	};
	const letter = new TextEncoder().encode("ä");
	expect(check(letter.slice(0, 1), letter.slice(1))).toBe(true);
	expect(check(letter.slice(0, 1))).toBe(false);
	expect(check(bytesOf("a\0b"))).toBe(false);
	expect(check(bytesOf("\xff"), bytesOf("a"))).toBe(false);
});

it.each([
	[undefined, "whole"],
	["bytes=0-0", { start: 0, end: 0 }],
	["bytes=2-", { start: 2, end: 9 }],
	["bytes=-3", { start: 7, end: 9 }],
	["bytes=-30", { start: 0, end: 9 }],
	["bytes=2-99", { start: 2, end: 9 }],
	["bytes=10-", "beyond"],
	["bytes=-0", "beyond"],
	["bytes=5-2", "whole"],
	["bytes=0-1,3-4", "whole"],
	["bytes=x-y", "whole"],
	["bytes=-", "whole"],
	["items=0-1", "whole"],
])("reads the range %s of ten bytes", (header, range) => {
	expect(rangeOf(header, 10)).toEqual(range);
});

it("knows the copy that a client has", () => {
	expect(['"a"', 'W/"a"', '"b", "a"', "*"].map((header) => isKnown(header, '"a"'))).toEqual([true, true, true, true]);
	expect([null, "", '"ab"'].map((header) => isKnown(header, '"a"'))).toEqual([false, false, false]);
});
