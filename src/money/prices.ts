// Prices of each model's tokens, since when they hold, and the deployment's own prices over them. Pure. An unknown model has no price:
// nothing may count it as free.

/** In micro-dollars per million: of tokens, and of searches. */
export type Rates = {
	input: number;
	output: number;
	cacheRead: number;
	/** Writing to the cache for 5 minutes, and for an hour. */
	cacheWrite: number;
	cacheWriteLong: number;
	search: number;
};

/** A request whose prompt has more than `above.tokens` (read from the cache or not) pays `above.price` for everything. */
export type Price = Rates & { above?: { tokens: number; price: Rates } };

/** In dollars: per million tokens, and per 1,000 searches. What is left out follows from `input`. */
type Dollars = { readonly [N in keyof Rates]?: number };

/** The deployment's own prices, by model. */
export type OwnPrices = ReadonlyMap<string, Dollars>;

/** Prices that hold from a day on, in UTC. */
type Since = { from: string; dollars: Dollars; above?: { tokens: number; dollars: Dollars } };

const always = "0000-01-01";

function row(input: number, output: number, cacheRead: number, from = always): Since {
	return { from, dollars: { input, output, cacheRead } };
}

/**
 * Anthropic's list of 2026-10-24 (platform.claude.com/docs/en/about-claude/pricing). The oldest row of a model also holds before its
 * day. A changed price is a further row, so that requests made before it keep their cost.
 */
const table: { readonly [model: string]: readonly Since[] } = {
	"claude-fable-5-2": [row(8, 40, 0.2)],
	"claude-fable-5-1": [row(10, 50, 0.25)],
	"claude-mythos-5-1": [row(10, 50, 0.25)],
	"claude-fable-5": [row(10, 50, 1)],
	"claude-mythos-5": [row(10, 50, 1)],
	"claude-opus-5-5": [row(4, 20, 0.2)],
	"claude-opus-5": [row(5, 25, 0.5)],
	"claude-opus-4-8": [row(5, 25, 0.5)],
	"claude-opus-4-7": [row(5, 25, 0.5)],
	"claude-opus-4-6": [row(5, 25, 0.5)],
	"claude-opus-4-5": [row(5, 25, 0.5)],
	"claude-opus-4-1": [row(15, 75, 1.5)],
	"claude-sonnet-5-5": [row(2, 10, 0.2), row(2, 10, 0.1, "2026-10-07")],
	"claude-sonnet-5": [row(2, 10, 0.2)],
	"claude-sonnet-4-6": [row(3, 15, 0.3)],
	"claude-sonnet-4-5": [row(3, 15, 0.3)],
	"claude-haiku-5-5": [{ ...row(0.1, 0.5, 0.01), above: { tokens: 100_000, dollars: { input: 0.5, output: 2.5, cacheRead: 0.05 } } }],
	"claude-haiku-4-5": [row(1, 5, 0.1)],
};

/** For a search, and for using the cache, as multiples of `input`. */
const usual = { search: 10, cacheRead: 0.1, cacheWrite: 1.25, cacheWriteLong: 2 };

/** The settings for prices. `cachesLong`: everything that is written to the cache is written for an hour. */
type PriceSettings = { prices: OwnPrices; claude?: { cachesLong?: boolean } };

/** The price of a model at a time (ms), also by its dated id. `undefined` for the demo model and every other without a known price. */
export function priceOf(model: string, at: number, { prices, claude }: PriceSettings): Price | undefined {
	const alias = model.replace(/-\d{8}$/, "");
	const known = Object.hasOwn(table, alias) ? table[alias] : undefined;
	const own = prices.get(model) ?? prices.get(alias);
	const listed = known?.findLast(({ from }) => Date.parse(from) <= at) ?? known?.[0];
	const ratesFor = (dollars: Dollars | undefined) => {
		const rates = ratesOf({ ...dollars, ...own });
		return rates && claude?.cachesLong ? { ...rates, cacheWrite: rates.cacheWriteLong } : rates;
	};
	const price = ratesFor(listed?.dollars);
	if (!price) return undefined;
	const above = listed?.above && ratesFor(listed.above.dollars);
	return { ...price, ...(listed?.above && above && { above: { tokens: listed.above.tokens, price: above } }) };
}

/** The dearest known price of each kind, for a model without a price where Claude is paid for: nothing may be free by being unknown. */
export function dearestPrice(at: number, own: PriceSettings): Price {
	const models = [...Object.keys(table), ...own.prices.keys()];
	const prices = models.flatMap((model) => {
		const price = priceOf(model, at, own);
		return price ? [price, ...(price.above ? [price.above.price] : [])] : [];
	});
	const most = (name: keyof Rates) => Math.max(...prices.map((price) => price[name]));
	return {
		input: most("input"),
		output: most("output"),
		cacheRead: most("cacheRead"),
		cacheWrite: most("cacheWrite"),
		cacheWriteLong: most("cacheWriteLong"),
		search: most("search"),
	};
}

function ratesOf({ input, output, ...others }: Dollars): Rates | undefined {
	if (input === undefined || output === undefined) return undefined;
	const {
		cacheRead = input * usual.cacheRead,
		cacheWrite = input * usual.cacheWrite,
		cacheWriteLong = input * usual.cacheWriteLong,
		search = usual.search,
	} = others;
	const tokens = { input, output, cacheRead, cacheWrite, cacheWriteLong };
	const rates = Object.fromEntries(Object.entries(tokens).map(([name, dollars]) => [name, micro(dollars)]));
	return { ...(rates as Omit<Rates, "search">), search: micro(search * 1_000) };
}

/** Micro-dollars. Rounded, because 0.07 dollars times a million is a little more than 70,000. */
function micro(dollars: number): number {
	return Math.round(dollars * 1_000_000);
}

const names = ["input", "output", "cacheRead", "cacheWrite", "cacheWriteLong", "search"];
/** In dollars, far above every real price: a larger one is in another unit. */
const dearest = 100_000;

/** Reads `CLAUDE_PRICES`; `undefined` if it has not the form that docs/settings.md describes, or leaves a price unknown. */
export function readOwnPrices(text: string): OwnPrices | undefined {
	const models = parse(text);
	if (!isRecord(models)) return undefined;
	const prices = new Map<string, Dollars>();
	for (const [model, entry] of Object.entries(models)) {
		if (model === "" || !isDollars(entry)) return undefined;
		prices.set(model, entry);
	}
	return [...prices.keys()].every((model) => priceOf(model, 0, { prices })) ? prices : undefined;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A misspelt name is refused: it would leave the usual price in place. */
function isDollars(entry: unknown): entry is Dollars {
	const isPrice = ([name, dollars]: [string, unknown]) =>
		names.includes(name) && typeof dollars === "number" && dollars >= 0 && dollars <= dearest;
	return isRecord(entry) && Object.entries(entry).every(isPrice);
}
