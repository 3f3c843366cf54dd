// Files in the page: pictures, cards, and what a stranger's file can do.

import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { look } from "../e2e/look.ts";
import { browser } from "../e2e/opened.ts";
import { annAndBob } from "../e2e/product.ts";
import { openScripted, product } from "../support/scripted-product.ts";

openScripted();

/** A picture as a camera makes it, drawn by the browser. `exif`: turned on its side, and with the place in it. */
async function photo(page: Page, { width = 1200, height = 800, exif = false, type = "image/jpeg" } = {}): Promise<Buffer> {
	const base64 = await page.evaluate(
		([width, height, type]) => {
			const canvas = document.createElement("canvas");
			[canvas.width, canvas.height] = [width, height];
			const context = canvas.getContext("2d") as CanvasRenderingContext2D;
			const sky = context.createLinearGradient(0, 0, 0, height);
			sky.addColorStop(0, "#2b6cb0");
			sky.addColorStop(1, "#f6ad55");
			context.fillStyle = sky;
			context.fillRect(0, 0, width, height);
			context.fillStyle = "#ffffff";
			context.fillRect(width / 10, height / 10, width / 5, height / 5);
			return canvas.toDataURL(type, 0.95).split(",")[1] as string;
		},
		[width, height, type] as const,
	);
	const bytes = Buffer.from(base64, "base64");
	if (!exif) return bytes;
	// Orientation 6, and a text where cameras write.
	const tiff = Buffer.concat([
		Buffer.from("MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x0e\0\x02\0\0\0\x14\0\0\0\x26\0\0\0\0", "latin1"),
		Buffer.from("GPS 50.9271,11.5892\0", "latin1"),
	]);
	const head = Buffer.from([0xff, 0xe1, 0, 0]);
	head.writeUInt16BE(2 + 6 + tiff.length, 2);
	return Buffer.concat([bytes.subarray(0, 2), head, Buffer.from("Exif\0\0", "latin1"), tiff, bytes.subarray(2)]);
}

const file = (name: string, mimeType: string, buffer: Buffer | string) => ({ name, mimeType, buffer: Buffer.from(buffer) });

const chooseFiles = (page: Page, files: ReturnType<typeof file>[]) =>
	page.locator("footer input[type=file][multiple]").setInputFiles(files);

/** Waits until the page would be closed without a question: what it has to keep may come to disk later than it is shown. */
const mayClose = (page: Page) => page.waitForFunction(() => dispatchEvent(new Event("beforeunload", { cancelable: true })));

const tray = (page: Page) => page.getByRole("list", { name: "Files of your message" });

it("a person sends pictures and other files, and others see them without what the camera noted", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await ann.page.getByRole("button", { name: "Add files or record" }).waitFor();
	await chooseFiles(ann.page, [
		file("harbour.jpg", "image/jpeg", await photo(ann.page, { exif: true })),
		file("notes.txt", "text/plain", "Meet at nine."),
		file("report.pdf", "application/pdf", "%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n"),
	]);
	await expect.poll(() => tray(ann.page).getByText("Ready").count()).toBe(3);
	await tray(ann.page).getByText("Place and camera data were removed.").waitFor();
	await tray(ann.page).getByRole("textbox", { name: "Description of harbour.jpg" }).fill("The harbour at dusk");
	await tray(ann.page).getByRole("button", { name: "Move report.pdf up" }).click();
	await look(ann, "files-tray");
	expect(await violations(ann.page)).toEqual([]);
	const { promise: isShown, resolve: showPictures } = Promise.withResolvers<void>();
	await bob.page.route("**/files/*", async (route) => {
		await isShown;
		await route.continue();
	});
	await ann.message.fill("See these");
	await ann.message.press("Enter");
	await expect.poll(() => tray(ann.page).count()).toBe(0);
	await bob.sees("See these");
	const picture = bob.log.getByRole("button", { name: "Open picture: The harbour at dusk" });
	// Its colour stands there until the picture comes.
	await expect.poll(() => picture.evaluate(({ style }) => style.backgroundColor)).toMatch(/^rgb/);
	showPictures();
	await picture.locator("img").waitFor();
	await expect.poll(() => picture.evaluate(({ style }) => style.backgroundColor)).toBe("");
	// Upright: it was turned on its side.
	const size = await picture.boundingBox();
	expect((size?.height ?? 0) / (size?.width ?? 1)).toBeCloseTo(1.5, 1);
	const names = await bob.log.locator("article").last().locator("[title$='.txt'], [title$='.pdf']").allInnerTexts();
	expect(names.filter((name) => name.includes("."))).toEqual(["report.pdf", "notes.txt"]);
	const saved = bob.page.waitForEvent("download");
	await bob.log.getByRole("button", { name: "Download notes.txt" }).click();
	const stream = await (await saved).createReadStream();
	expect(Buffer.concat(await stream.toArray()).toString()).toBe("Meet at nine.");
	await look(bob, "files-log");
	expect(await violations(bob.page)).toEqual([]);
	await picture.click();
	const box = bob.page.getByRole("dialog", { name: "The harbour at dusk" });
	await box.getByText("The harbour at dusk").waitFor();
	await bob.page.keyboard.press("+");
	await expect.poll(() => box.getByRole("button", { name: "Zoom out" }).isEnabled()).toBe(true);
	await look(bob, "files-lightbox");
	await bob.page.keyboard.press("Escape");
	await expect
		.poll(() => bob.page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
		.toBe("Open picture: The harbour at dusk");
	await bob.page.getByRole("button", { name: "Files", exact: true }).click();
	const all = bob.page.getByRole("dialog", { name: "Files" });
	await expect.poll(() => all.getByRole("listitem").count()).toBe(3);
	expect(await violations(bob.page)).toEqual([]);
	await all.getByRole("link", { name: "Message with report.pdf" }).click();
	await all.waitFor({ state: "detached" });
	expect([ann.complaints, bob.complaints]).toEqual([[], []]);
	await ann.leave();
	await bob.leave();
});

it("a file that is also a page runs no script, whether it is shown, saved or opened at its address", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	const harms: string[] = [];
	for (const { page } of [ann, bob])
		page.on("dialog", (dialog) => {
			harms.push(dialog.message());
			void dialog.dismiss();
		});
	const script = "<script>alert(document.domain)</script>";
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>`;
	const harmful = [
		file("drawing.svg", "image/svg+xml", svg),
		file("page.html", "text/html", `<!doctype html>${script}`),
		file("both.pdf", "application/pdf", `%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(3))>>>>endobj\n${script}`),
		file(
			"both.png",
			"image/png",
			Buffer.concat([await photo(ann.page, { width: 40, height: 30, type: "image/png" }), Buffer.from(script)]),
		),
		file("both.gif", "image/gif", `GIF89a/*\x01\0\x01\0\0\0\0*/=alert(4)//${script}`),
	];
	await ann.page.getByRole("button", { name: "Add files or record" }).waitFor();
	/** The addresses of the files, and the token that Bob's page sent with it. */
	const asked = new Map<string, string>();
	bob.page.on("request", (request) => {
		const url = new URL(request.url());
		if (/\/files\/./.test(url.pathname)) asked.set(`${url.origin}${url.pathname}`, request.headers().authorization ?? "");
	});
	await chooseFiles(ann.page, harmful);
	await expect.poll(() => tray(ann.page).getByText("Ready").count()).toBe(harmful.length);
	await ann.message.press("Enter");
	await bob.log.getByRole("button", { name: "Download drawing.svg" }).waitFor();
	await bob.log.getByRole("button", { name: "Open picture: both.png" }).click();
	await bob.page.getByRole("dialog", { name: "both.png" }).locator("img").waitFor();
	await bob.page.keyboard.press("Escape");
	for (const name of ["drawing.svg", "page.html", "both.pdf"]) {
		const saved = bob.page.waitForEvent("download");
		await bob.log.getByRole("button", { name: `Download ${name}` }).click();
		expect((await saved).suggestedFilename()).toBe(name);
	}
	// At their addresses, as with a proxy that adds the token: those that are shown run nothing, and the others are saved.
	const opened = await bob.page.context().newPage();
	opened.on("dialog", (dialog) => {
		harms.push(dialog.message());
		void dialog.dismiss();
	});
	expect(asked.size).toBe(harmful.length);
	for (const [address, authorization] of asked) {
		await opened.setExtraHTTPHeaders({ authorization });
		await opened.goto(address).catch((error) => expect(String(error)).toContain("Download is starting"));
	}
	expect(harms).toEqual([]);
	await ann.leave();
	await bob.leave();
});

it("files that wait survive a closed tab, and are sent by the next one", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	await ann.page.getByRole("button", { name: "Add files or record" }).waitFor();
	await ann.goOffline();
	await chooseFiles(ann.page, [file("one.txt", "text/plain", "one"), file("two.txt", "text/plain", "two")]);
	await expect.poll(() => tray(ann.page).getByText("Waiting for a connection…").count()).toBe(2);
	await ann.message.fill("Written on the train");
	await ann.message.press("Enter");
	const waiting = ann.page.getByRole("list", { name: "Messages whose files are being sent" });
	await waiting.getByText("2 files: Written on the train").waitFor();
	await look(ann, "files-waiting");
	await mayClose(ann.page);
	const again = await ann.anotherTab();
	await ann.page.close();
	await again.goOnline();
	await again.page.goto(bob.page.url());
	await bob.sees("Written on the train");
	await bob.log.getByRole("button", { name: "Download two.txt" }).waitFor();
	await expect.poll(() => again.page.getByRole("list", { name: "Messages whose files are being sent" }).count()).toBe(0);
	const held = () =>
		again.page.evaluate(async () => {
			const opened = indexedDB.open("files");
			await new Promise((resolve) => opened.addEventListener("success", resolve));
			const count = opened.result.transaction("bytes").objectStore("bytes").count();
			await new Promise((resolve) => count.addEventListener("success", resolve));
			opened.result.close();
			return count.result;
		});
	await expect.poll(held).toBe(0);
	await again.leave();
	await bob.leave();
});

it("a voice message is recorded, heard before it is sent, and played in its place", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	// The machine has no microphone: a tone takes its place.
	await ann.page.evaluate(() => {
		navigator.mediaDevices.getUserMedia = async () => {
			const context = new AudioContext();
			const [tone, stream] = [context.createOscillator(), context.createMediaStreamDestination()];
			tone.connect(stream);
			tone.start();
			return stream.stream;
		};
	});
	await ann.page.getByRole("button", { name: "Add files or record" }).click();
	await ann.page.getByRole("menuitem", { name: "Record a voice message…" }).click();
	const recorder = ann.page.getByRole("region", { name: "Recording" });
	// A busy machine may not show every second.
	await recorder.getByText(/0:(0[2-9]|[1-5]\d)/).waitFor();
	await look(ann, "voice-recording");
	expect(await violations(ann.page)).toEqual([]);
	await ann.page.keyboard.press("Enter");
	await tray(ann.page).getByText("Ready").waitFor();
	await tray(ann.page).getByRole("button", { name: "Play voice message" }).click();
	await tray(ann.page).getByRole("button", { name: "Pause voice message" }).waitFor();
	await look(ann, "voice-tray");
	await ann.message.press("Enter");
	const play = bob.log.getByRole("button", { name: "Play voice message" });
	await play.click();
	const position = () => bob.log.locator("audio").evaluate((sound: HTMLAudioElement) => sound.currentTime);
	await expect.poll(position).toBeGreaterThan(0.3);
	await bob.log.getByRole("slider", { name: "Position" }).press("ArrowLeft");
	await bob.log.getByRole("button", { name: "Speed: 1×" }).click();
	await bob.log.getByRole("button", { name: "Speed: 1.5×" }).waitFor();
	await bob.listed(/Voice message, \d:\d\d/).waitFor();
	await look(bob, "voice-log");
	expect(await violations(bob.page)).toEqual([]);
	await ann.leave();
	await bob.leave();
});

it("a page warns before it is closed while a file is not on disk, and only then", async () => {
	const [ann, bob] = await annAndBob(browser, product.url, { viewport: { width: 1280, height: 800 } });
	const begin = async (visitor: typeof ann) => {
		await visitor.page.getByRole("button", { name: "Add files or record" }).waitFor();
		// A browser asks only people who have used the page.
		await visitor.message.click();
		await chooseFiles(visitor.page, [file("one.txt", "text/plain", "one")]);
		await tray(visitor.page).getByText("Ready").waitFor();
	};
	await begin(ann);
	// The file may be on the server before it is on disk.
	await mayClose(ann.page);
	const asks: string[] = [];
	ann.page.on("dialog", (dialog) => {
		asks.push(dialog.type());
		void dialog.accept();
	});
	const closed = ann.page.waitForEvent("close");
	await ann.page.close({ runBeforeUnload: true });
	await closed;
	expect(asks).toEqual([]);

	await bob.page.addInitScript(() => {
		IDBObjectStore.prototype.put = () => {
			throw new DOMException("The disk is full.", "QuotaExceededError");
		};
	});
	await bob.page.reload();
	await begin(bob);
	const asked = bob.page.waitForEvent("dialog");
	await bob.page.close({ runBeforeUnload: true });
	const dialog = await asked;
	expect(dialog.type()).toBe("beforeunload");
	await dialog.dismiss();
	await tray(bob.page).getByRole("button", { name: "Remove one.txt" }).click();
	await mayClose(bob.page);
	const gone = bob.page.waitForEvent("close");
	await bob.page.close({ runBeforeUnload: true });
	await gone;
	await ann.leave();
	await bob.leave();
});
