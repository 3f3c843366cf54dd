// The models that the deployment offers: those that its settings name, or those that its server lists. Must not know conversations.

import type { OfferedModel } from "../protocol/claude/choices.ts";
import type { ClaudeChange } from "../protocol/claude-settings.ts";
import type { Settings } from "../settings.ts";
import { capabilitiesOf, noCapabilities, readCapabilities } from "./capabilities.ts";
import { clientOf, isDemo, serverKey } from "./server.ts";
import { fieldsOf, nameOf } from "./values.ts";

type ClaudeSettings = Settings["claude"];

type Listed = Omit<OfferedModel, "isDefault"> & { isActive: boolean };

export const demoModel = "demo";

/** In ms. A list is asked for again after the first, after a failure after the second. */
const listFor = 3600_000;
const retryAfter = 60_000;
/** In ms. Somebody waits for the list. */
const listTimeout = 4_000;
/** A server may list any number; nobody chooses among more. */
const mostListed = 200;
/** In ms. After so long a model that was gone is tried again. */
const goneFor = 3600_000;

/** By server. Known while this isolate lives; results are shared, but no requests, which belong to whoever made them. */
const lists = new Map<string, { models: readonly Listed[] | undefined; until: number }>();
/** When the server said that it does not know a model. */
const goneSince = new Map<string, number>();

/** The server does not know the model any more. */
export function markGone(settings: ClaudeSettings): void {
	goneSince.set(serverKey(settings), Date.now());
}

/** The settings with the model that a conversation has chosen, or with the default if that is not offered any more. */
export function withModel(settings: ClaudeSettings, chosen: string | null | undefined): ClaudeSettings {
	if (chosen === null || chosen === undefined || chosen === settings.model) return settings;
	const isNamed = !settings.models?.length || settings.models.includes(chosen);
	const own = { ...settings, model: chosen };
	const isGone = Date.now() - (goneSince.get(serverKey(own)) ?? Number.NEGATIVE_INFINITY) < goneFor;
	return isNamed && !isGone ? own : settings;
}

/**
 * The models that conversations may choose, the default first. Deprecated ones are among them only if the settings name them.
 * `isComplete`: the server's list is known, or not needed.
 */
export async function offeredModels(settings: ClaudeSettings): Promise<{ models: OfferedModel[]; isComplete: boolean }> {
	if (isDemo(settings))
		return { models: [{ id: demoModel, name: "Demo model", isDefault: true, capabilities: noCapabilities }], isComplete: true };
	const listed = await listOf(settings);
	const named = settings.models ?? [];
	const others = named.length > 0 ? named : (listed ?? []).filter(({ isActive }) => isActive).map(({ id }) => id);
	const ids = [...new Set([settings.model, ...others])];
	const models = ids.map((id) => {
		const { isActive: _, ...known }: Listed = listed?.find((one) => one.id === id) ?? { id, name: nameOfId(id), isActive: true };
		const capabilities = capabilitiesOf(id, known.capabilities, settings.baseUrl === undefined);
		return { ...known, isDefault: id === settings.model, ...(capabilities && { capabilities }) };
	});
	return { models, isComplete: named.length > 0 || listed !== undefined };
}

/** The list as the server gave it last. While it gives none, an older one counts. */
async function listOf(settings: ClaudeSettings): Promise<readonly Listed[] | undefined> {
	const server = settings.baseUrl ?? "";
	const known = lists.get(server);
	if (known && known.until > Date.now()) return known.models;
	try {
		const page: unknown = await clientOf(settings).models.list({ limit: 1000 }, { signal: AbortSignal.timeout(listTimeout) });
		const models = readList(page);
		lists.set(server, { models, until: Date.now() + listFor });
		return models;
	} catch (error) {
		console.error("The list of models could not be read", (error as Error).name);
		lists.set(server, { models: known?.models, until: Date.now() + retryAfter });
		return known?.models;
	}
}

/** What a model can do, as far as that is known. A server is asked only about models that we do not know. */
export async function knownCapabilities(settings: ClaudeSettings): Promise<OfferedModel["capabilities"]> {
	if (isDemo(settings)) return noCapabilities;
	const isAnthropic = settings.baseUrl === undefined;
	const known = capabilitiesOf(settings.model, undefined, isAnthropic);
	if (known) return known;
	return (await listOf(settings))?.find(({ id }) => id === settings.model)?.capabilities;
}

/** Throws if it is no list. Models without a usable id are left out. */
export function readList(page: unknown): Listed[] {
	const { data } = fieldsOf(page);
	if (!Array.isArray(data)) throw new Error("The server's answer is no list of models.");
	return data.slice(0, mostListed).flatMap((one: unknown) => {
		const fields = fieldsOf(one);
		const id = nameOf(fields.id);
		if (id === undefined) return [];
		const isActive = fields.lifecycle === undefined || fields.lifecycle === "active";
		const capabilities = readCapabilities(fields);
		return [{ id, name: nameOf(fields.display_name) ?? nameOfId(id), isActive, ...(capabilities && { capabilities }) }];
	});
}

/** `claude-sonnet-5-5` is Claude Sonnet 5.5. Other ids are names already. */
function nameOfId(id: string): string {
	const [, line, major, minor] = /^claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:-\d{8})?$/.exec(id) ?? [];
	if (line === undefined) return id;
	return `Claude ${line.charAt(0).toUpperCase()}${line.slice(1)} ${major}${minor === undefined ? "" : `.${minor}`}`;
}

/** True if a change asks for something that only some models can do. */
export function needsCapabilities({ effort, tools }: ClaudeChange): boolean {
	return Boolean(effort || tools?.webSearch || tools?.webFetch);
}

/** Says what of a change the model is known not to do; `undefined` if there is nothing. */
export function beyond({ name, capabilities = {} }: OfferedModel, { effort, tools }: ClaudeChange): string | undefined {
	const { efforts, webSearch, webFetch } = capabilities;
	if (effort && efforts && !efforts.includes(effort))
		return efforts.length === 0
			? `${name} has no levels of effort. Set \`effort\` to null.`
			: `${name} has no effort \`${effort}\`. It has: ${efforts.join(", ")}.`;
	if (tools?.webSearch && webSearch === false) return `${name} cannot search the web.`;
	if (tools?.webFetch && webFetch === false) return `${name} cannot read web pages.`;
	return undefined;
}
