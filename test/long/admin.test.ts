// The page of administrators, in a real browser.

import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { overflowing, violations } from "../e2e/accessibility.ts";
import { post } from "../e2e/api.ts";
import { stepTo } from "../e2e/keyboard-steps.ts";
import { look } from "../e2e/look.ts";
import { browser, openBrowser } from "../e2e/opened.ts";
import { type Product, startProduct, Visitor } from "../e2e/product.ts";

openBrowser();

const secret = "a secret of the test, at least 32 bytes";
let own: Product;
beforeAll(async () => {
	own = await startProduct({ ADMIN_CLAIM: "role=admin", JWT_SECRET: secret });
});
afterAll(() => own?.stop());

/** Somebody who has come back from the deployment's own sign-in page. */
async function signedIn(userId: string, claims: Record<string, unknown> = {}, locale = "en"): Promise<Visitor> {
	const token = await new SignJWT({ name: userId, ...claims })
		.setProtectedHeader({ alg: "HS256" })
		.setSubject(userId)
		.setExpirationTime("1h")
		.sign(new TextEncoder().encode(secret));
	const visitor = await Visitor.arrive(browser, { locale });
	await visitor.page.addInitScript((token) => sessionStorage.setItem("token", token), token);
	return visitor;
}

describe("the administration", () => {
	it("shows nothing of itself to anybody else, and says what to do", async () => {
		const { page } = await signedIn("nobody", {}, "de");
		await page.goto(`${own.url}/admin`);
		await page.getByText("melde dich ab und wieder an").waitFor();
		expect(await page.getByRole("button").count()).toBe(0);
		await page.getByRole("link").press("Enter");
		await page.getByRole("navigation", { name: "Gespräche" }).waitFor();
	});

	it("finds a person, suspends them by keyboard, restores them, and shows what was done", async () => {
		const ben = await Visitor.arrive(browser);
		await ben.start(own.url, "Ben Ng");
		const cleo = await Visitor.arrive(browser);
		await post(own.url, "/conversations", await cleo.becomeGuest(own.url, "Cleo"));
		const admin = await signedIn("root", { role: "admin" });
		const { page } = admin;
		await page.goto(`${own.url}/admin`);
		const people = page.getByRole("list", { name: "People" });
		await people.getByText("Cleo").waitFor();
		expect(await people.getByRole("button", { name: "Suspend root" }).count()).toBe(0);
		// An id has no space.
		await page.getByRole("searchbox").fill("en n");
		await people.getByText("Cleo").waitFor({ state: "detached" });
		await people.getByRole("button", { name: "Suspend Ben Ng" }).focus();
		await page.keyboard.press("Enter");
		await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Suspend Ben Ng");
		await page.keyboard.press("Enter");
		await page.getByText("Nothing is deleted").waitFor();
		await look(admin, "admin-ask");
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("Ben Ng is suspended.").waitFor();
		// The button is gone, and the next step begins where the outcome is.
		await stepTo(page, people.getByRole("button").first(), "Tab", 1);
		await ben.page.getByText("An administrator has suspended your account").waitFor();
		await look(admin, "admin-people");
		await look(ben, "suspended");
		await people.getByRole("button", { name: "Restore Ben Ng" }).click();
		await page.getByRole("status").getByText("Ben Ng is restored.").waitFor();
		await ben.page.getByRole("button", { name: "Try again" }).click();
		await ben.message.waitFor();
		for (const part of ["Conversations", "Spending", "Activity", "Networks and guests", "Legal requests", "What was done"]) {
			await page.getByRole("button", { name: part, exact: true }).click();
			await page.getByRole("heading", { name: part }).waitFor();
			await page.getByText("Loading").waitFor({ state: "detached" });
			expect([part, await violations(page), await overflowing(page)]).toEqual([part, [], []]);
			await look(admin, `admin-${part.replaceAll(" ", "-")}`);
		}
		await page.getByRole("list", { name: "What was done" }).getByText("root restored Ben Ng").first().waitFor();
		await page.getByRole("combobox", { name: "Kind of act" }).selectOption("suspended");
		await page.getByRole("list", { name: "What was done" }).getByText("restored").first().waitFor({ state: "detached" });
		const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as a file" }).click()]);
		expect(file.suggestedFilename()).toBe("parley-audit.jsonl");
	});

	it("says in words what counts stand for", async () => {
		const admin = await signedIn("root", { role: "admin" }, "de");
		const { page } = admin;
		// Objects report once a minute.
		const counts = (name: string) => [{ name, count: 3 }];
		const activity = { connections: 1, people: 2, conversations: 1, replies: counts("complete"), failures: counts("overloaded") };
		await page.route("**/api/admin/activity", (route) => route.fulfill({ json: { ...activity, errors: counts("last_owner") } }));
		await page.goto(`${own.url}/admin`);
		await page.getByRole("button", { name: "Betrieb" }).click();
		for (const [list, words] of [
			["Antworten nach Ausgang", "Zu Ende geschrieben"],
			["Gescheiterte Antworten nach Grund", "Claude ist gerade überlastet."],
			["Abgewiesenes nach Code", "Ein Gespräch braucht eine Leitung."],
		] as const)
			await page.getByRole("list", { name: list }).getByText(words).waitFor();
		expect([await violations(page), await overflowing(page)]).toEqual([[], []]);
		await look(admin, "admin-de-activity");
	});

	it("shows a person, who is erased once another administrator agrees, in another language", async () => {
		const visitor = await Visitor.arrive(browser);
		await post(own.url, "/conversations", await visitor.becomeGuest(own.url, "Dora"));
		const [one, two] = [await signedIn("root", { role: "admin" }, "de"), await signedIn("second", { role: "admin" }, "de")];
		const { page } = one;
		await page.goto(`${own.url}/admin`);
		const people = page.getByRole("list", { name: "Personen" });
		await people.getByRole("button", { name: "Einzelheiten zu Dora" }).click();
		await people.getByText("Persönliche Tokens").waitFor();
		// A guest has only a cookie.
		expect(await people.getByText("Angemeldete Geräte").count()).toBe(0);
		await people.getByRole("spinbutton", { name: "Dollar am Tag" }).fill("0.5");
		await people.getByRole("button", { name: "Grenze setzen" }).click();
		await people.getByRole("status").getByText("Die Grenze ist gesetzt.").waitFor();
		await people.getByRole("button", { name: "Grenze aufheben" }).waitFor();
		await look(one, "admin-de-person");
		await people.getByRole("button", { name: "Löschung dieser Person beantragen" }).click();
		await page.getByRole("textbox", { name: "Grund" }).fill("Schreiben vom 24. November");
		await page.getByRole("button", { name: "Beantragen" }).click();
		await page.getByRole("status").getByText("wartet").waitFor();
		const requests = page.getByRole("list", { name: "Rechtliche Anfragen" });
		await requests.getByText("Schreiben vom 24. November").waitFor();
		await requests.getByText("Dora", { exact: true }).waitFor();
		expect(await requests.getByRole("button", { name: /^Bestätigen/ }).count()).toBe(0);
		await two.page.goto(`${own.url}/admin`);
		await two.page.getByRole("button", { name: "Rechtliche Anfragen" }).click();
		await two.page.getByRole("button", { name: "Bestätigen: Eine Person löschen" }).click();
		await look(two, "admin-de-confirm");
		await two.page.getByRole("button", { name: "Bestätigen", exact: true }).click();
		await two.page.getByRole("status").getByText("ausgeführt").waitFor();
		await two.page.getByRole("button", { name: "Personen", exact: true }).click();
		await two.page.getByRole("list", { name: "Personen" }).getByText("second").first().waitFor();
		expect(await two.page.getByText("Dora").count()).toBe(0);
		await page.getByRole("button", { name: "Netze und Gäste" }).click();
		await page.getByRole("textbox", { name: "Adresse oder Präfix" }).fill("203.0.113.0/24");
		await page.getByRole("button", { name: "Netz sperren" }).click();
		await page.getByRole("button", { name: "Entsperren: 203.0.113.0/24" }).waitFor();
		await page.getByRole("button", { name: "Gespräche", exact: true }).click();
		await page
			.getByRole("button", { name: /^Aufbewahrung von/ })
			.first()
			.click();
		await page.getByText("Nachrichten werden ohne Ende aufbewahrt.").waitFor();
		await page.getByRole("spinbutton", { name: "Nachrichten löschen nach so vielen Tagen" }).fill("30");
		await page.getByRole("button", { name: "Zeit setzen" }).click();
		const question = page.getByRole("group", { name: /^Aufbewahrung von/ });
		await look(one, "admin-de-retention");
		expect([await violations(page), await overflowing(page)]).toEqual([[], []]);
		await question.getByRole("button", { name: "Zeit setzen" }).click();
		await page.getByRole("status").getByText("möchte 30 Tage. Das gilt, sobald ein anderer").waitFor();
		for (const part of ["Gespräche", "Ausgaben", "Betrieb", "Netze und Gäste", "Rechtliche Anfragen", "Was getan wurde"]) {
			await page.getByRole("button", { name: part, exact: true }).click();
			await page.getByRole("heading", { name: part, exact: true }).waitFor();
			await page.getByText("Wird geladen").waitFor({ state: "detached" });
			expect([part, await violations(page), await overflowing(page)]).toEqual([part, [], []]);
			await look(one, `admin-de-${part.replaceAll(" ", "-")}`);
		}
	});
});
