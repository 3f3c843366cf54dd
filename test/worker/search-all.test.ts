import { expect, it } from "vitest";
import { askEach } from "../../src/routes/ask-each.ts";
import { expectLog } from "../support/log.ts";

const never = () => new Promise<never>(() => {});

it("asks everybody, so many at once", async () => {
	let asked = 0;
	let most = 0;
	const ask = async (n: number) => {
		most = Math.max(most, ++asked);
		await new Promise((resolve) => setTimeout(resolve, 0));
		asked -= 1;
		return n * 2;
	};
	const { answers, isWhole } = await askEach([1, 2, 3, 4, 5, 6, 7], ask, 3, 60_000);
	expect([answers.sort(), isWhole, most]).toEqual([[10, 12, 14, 2, 4, 6, 8], true, 3]);
	expect(await askEach([], ask, 3, 60_000)).toEqual({ answers: [], isWhole: true });
});

it("goes on where one fails, and says so", async () => {
	const ask = async (n: number) => {
		if (n === 2) throw new Error("broken on purpose");
		return n;
	};
	expectLog(/broken on purpose/);
	expect(await askEach([1, 2, 3], ask, 1, 60_000)).toEqual({ answers: [1, 3], isWhole: false });
});

it("waits no longer than it is willing to, and asks nobody then", async () => {
	const asked: number[] = [];
	const late = Promise.withResolvers<void>();
	const ask = async (n: number) => {
		asked.push(n);
		if (n === 2) await late.promise;
		if (n === 3) await never();
		return n;
	};
	const { answers, isWhole } = await askEach([1, 2, 3, 4], ask, 2, 20);
	expect([answers, isWhole]).toEqual([[1], false]);
	late.resolve();
	await new Promise((resolve) => setTimeout(resolve, 0));
	expect([asked, answers]).toEqual([[1, 2, 3], [1]]);
});
