// A conversation of more members than are named to everybody, as people see it.

import { expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { violations } from "../e2e/accessibility.ts";
import { openBrowser, product } from "../e2e/opened.ts";
import { tokenOf } from "../e2e/wire.ts";
import { annWithPast } from "./past.ts";

openBrowser();

const crowd = limits.namedMembers + 97;
/** What an API call answers. */
async function api(token: string, method: string, path: string) {
	const answer = await fetch(`${product.url}/api${path}`, { method, headers: { authorization: `Bearer ${token}` } });
	// biome-ignore lint/suspicious/noExplicitAny: each call has an answer of its own.
	return answer.status === 204 ? undefined : ((await answer.json()) as any);
}

/** With Ann, Bob and Eve. */
const count = crowd + 3;

it("members of a large conversation are listed in pages, found by name, given roles, and mentioned", async () => {
	const { ann, id } = await annWithPast(30, crowd);
	const { page } = ann;
	const dialog = page.getByRole("dialog", { name: `Members (${count})` });
	const rows = dialog.getByRole("listitem");
	await page.getByRole("button", { name: `Members, ${count}` }).click();
	await dialog.getByRole("button", { name: "Show more" }).waitFor();
	expect(await rows.first().innerText()).toContain("Ann (you)");
	const first = await rows.count();
	await dialog.getByRole("button", { name: "Show more" }).click();
	await expect.poll(() => rows.count()).toBeGreaterThan(first);
	expect(await violations(page)).toEqual([]);

	await dialog.getByRole("searchbox").fill("otter 28");
	// Otter 28, and 280 to 289.
	await expect.poll(() => rows.count()).toBe(11);
	await dialog.getByRole("combobox", { name: "Role of Otter 287" }).selectOption("Reader");
	const token = await tokenOf(ann);
	const roleOf = async (name: string) =>
		(await api(token, "GET", `/conversations/${id}/members?q=${encodeURIComponent(name)}`)).members[0]?.role;
	await expect.poll(() => roleOf("Otter 287")).toBe("reader");
	await dialog.getByRole("searchbox").fill("nobody at all");
	await dialog.getByText("No member has that name.").waitFor();
	await dialog.getByRole("button", { name: "Close" }).click();

	await ann.message.fill("Hello @otter 28");
	await page.getByRole("option", { name: "Otter 285" }).click();
	expect(await ann.message.inputValue()).toBe("Hello @Otter 285 ");
	await page.keyboard.press("Enter");
	await expect
		.poll(async () => (await api(token, "GET", `/conversations/${id}/messages?limit=1`)).messages[0]?.mentions)
		.toMatchObject([{ userId: "crowd-285" }]);

	await api(token, "DELETE", `/conversations/${id}/members/crowd-3`);
	await page.getByRole("button", { name: `Members, ${count - 1}` }).waitFor();
	expect(ann.complaints).toEqual([]);
	await ann.leave();
});

it("a search in a large conversation finds the author among all members, and keeps them", async () => {
	const { ann } = await annWithPast(30, crowd);
	const search = ann.page.getByRole("dialog", { name: "Search this conversation" });
	const open = () => ann.page.keyboard.press("Control+Shift+F");
	await open();
	await search.getByRole("searchbox", { name: "Find a member" }).fill("otter 287");
	await search.getByRole("combobox", { name: "From" }).selectOption("Otter 287");
	await search.getByRole("searchbox", { name: "Search this conversation" }).fill("past");
	await search.getByText("No results.").waitFor();
	await ann.page.keyboard.press("Escape");
	await open();
	expect(await search.getByRole("combobox", { name: "From" }).inputValue()).toBe("crowd-287");
	await search.getByRole("searchbox", { name: "Find a member" }).fill("Bob");
	await search.getByRole("combobox", { name: "From" }).selectOption("Bob");
	await search.getByRole("link").first().waitFor();
	expect(await violations(ann.page)).toEqual([]);
	await ann.leave();
});

it("the only owner of a large conversation hands it over, and is not offered to delete it", async () => {
	const { ann } = await annWithPast(3, crowd);
	await ann.page.getByRole("button", { name: `Members, ${count}` }).click();
	await ann.page.getByRole("button", { name: "Leave…" }).click();
	const leaving = ann.page.getByRole("dialog", { name: /^Leave/ });
	// Beyond the first page of names.
	await leaving.getByRole("searchbox").fill("otter 287");
	await leaving.getByRole("combobox").selectOption("Otter 287");
	await leaving.getByRole("searchbox").fill("nobody at all");
	expect(await leaving.getByRole("combobox").inputValue()).toBe("crowd-287");
	expect(await violations(ann.page)).toEqual([]);
	await leaving.getByRole("button", { name: "Leave" }).click();
	await ann.page.getByRole("heading", { name: "Start a conversation" }).waitFor();
	await ann.leave();
});
