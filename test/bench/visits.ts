// Measures opening a conversation for the first time, again, and without a network, until it can be read.

import type { Browser, BrowserContext, Page } from "playwright-core";
import { Visitor } from "../e2e/product.ts";
import { number, type Section, verdict } from "./report.ts";
import { median } from "./statistics.ts";

/** Times in ms until the page appears and until the messages do; NaN if they never do. */
type Visit = { shell: number; said: number };
export type VisitsResults = Record<"first" | "second" | "offline", Visit>;

const words = "What was said before.";
/** The longest wait, in ms. */
const patience = 5_000;

export async function measureVisits(browser: Browser, url: string, isQuick: boolean): Promise<VisitsResults> {
	const ann = await Visitor.arrive(browser);
	await ann.signIn(url, "Ann");
	await ann.begin(words);
	await ann.answered();
	const address = ann.page.url();
	const cookies = await ann.page.context().cookies();

	const rounds: VisitsResults[] = [];
	for (let round = 0; round < (isQuick ? 1 : 5); round++) {
		const context = await browser.newContext();
		await context.addCookies(cookies);
		const first = await visit(context, address);
		// Everything that makes the next visit faster has had time to finish.
		const idle = await context.newPage();
		await idle.goto(address);
		await idle.waitForTimeout(2_000);
		await idle.close();
		const second = await visit(context, address);
		await context.setOffline(true);
		const offline = await visit(context, address);
		rounds.push({ first, second, offline });
		await context.close();
	}
	await ann.leave();
	const middle = (which: keyof VisitsResults): Visit => ({
		shell: median(rounds.map((round) => round[which].shell)),
		said: median(rounds.map((round) => round[which].said)),
	});
	return { first: middle("first"), second: middle("second"), offline: middle("offline") };
}

async function visit(context: BrowserContext, address: string): Promise<Visit> {
	const page = await context.newPage();
	const begun = performance.now();
	const after = async (shown: Promise<unknown>) => {
		try {
			await shown;
			return performance.now() - begun;
		} catch {
			return Number.NaN;
		}
	};
	const going = page.goto(address, { waitUntil: "commit" }).catch(() => {});
	const [shell, said] = await Promise.all([
		after(shellOf(page, going)),
		after(page.getByText(words).first().waitFor({ timeout: patience })),
	]);
	await page.close();
	return { shell, said };
}

async function shellOf(page: Page, going: Promise<unknown>): Promise<void> {
	await going;
	await page.locator("#root > *").first().waitFor({ timeout: patience });
}

export function visitsSection({ first, second, offline }: VisitsResults): Section {
	const shown = (ms: number) => (Number.isNaN(ms) ? "never" : number(ms));
	const row = (what: string, { shell, said }: Visit, aim = "") => [what, shown(shell), shown(said), aim];
	return {
		title: "Opening a conversation, ms",
		note: "From the address to the first of the page, and to what was said.",
		columns: ["", "page", "what was said", "aim"],
		rows: [
			row("first visit", first),
			row("second visit", second),
			row("without a network", offline, verdict(offline.said <= 500, "at most 500")),
		],
	};
}
