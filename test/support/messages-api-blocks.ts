// Responses of the scripted Messages API that consist of several blocks: text with sources, thinking, and the tools that the server
// runs. Pure.

/** One block of a response, or a tool with its result. `error`: the API's word for what went wrong. */
export type ScriptedBlock =
	| { text: string; cites?: { url: string; title: string }[]; citesPage?: number }
	| { thinking: string }
	/** A tool that the client calls. */
	| { call: string; input: object }
	| { search: string; results?: { url: string; title: string }[]; error?: string; unfinished?: true }
	| { fetch: string; title?: string; text?: string; error?: string; unfinished?: true };

export type StreamEvent = { type: string; [field: string]: unknown };
type Content = { type: string; [field: string]: unknown };

/** The events of these blocks, and the content that the API would hold for them. The ids continue after `first` blocks. */
export function eventsOfBlocks(blocks: readonly ScriptedBlock[], first = 0): { events: StreamEvent[]; content: Content[] } {
	const events: StreamEvent[] = [];
	const content: Content[] = [];
	const add = (start: Content, deltas: object[], whole: Content = start) => {
		const index = content.length;
		events.push({ type: "content_block_start", index, content_block: start });
		for (const delta of deltas) events.push({ type: "content_block_delta", index, delta });
		events.push({ type: "content_block_stop", index });
		content.push(whole);
	};
	for (const [place, block] of blocks.entries()) {
		const id = `srvtoolu_${first + place}`;
		if ("thinking" in block) {
			const signature = `signed-${first + place}`;
			add(
				{ type: "thinking", thinking: "", signature: "" },
				[
					{ type: "thinking_delta", thinking: block.thinking },
					{ type: "signature_delta", signature },
				],
				{ type: "thinking", thinking: block.thinking, signature },
			);
		} else if ("call" in block) {
			addCall(add, `toolu_${first + place}`, block.call, block.input);
		} else if ("search" in block) {
			addUse(add, id, "web_search", { query: block.search });
			if (!block.unfinished)
				addResult(add, "web_search_tool_result", id, block.error ? errorOf("web_search", block.error) : searchResults(block.results));
		} else if ("fetch" in block) {
			addUse(add, id, "web_fetch", { url: block.fetch });
			if (!block.unfinished)
				addResult(add, "web_fetch_tool_result", id, block.error ? errorOf("web_fetch", block.error) : fetchedPage(block));
		} else {
			const citations = citationsOf(block);
			add(
				citations.length > 0 ? { type: "text", text: "", citations: [] } : { type: "text", text: "" },
				[
					...(block.text.match(/\S+\s*|\s+/g) ?? []).map((text) => ({ type: "text_delta", text })),
					...citations.map((citation) => ({ type: "citations_delta", citation })),
				],
				{ type: "text", text: block.text, ...(citations.length > 0 && { citations }) },
			);
		}
	}
	return { events, content };
}

type Add = (start: Content, deltas: object[], whole?: Content) => void;

/** The input of a tool comes in pieces that are not JSON by themselves. */
function addUse(add: Add, id: string, name: string, input: object): void {
	const json = JSON.stringify(input);
	const use = { type: "server_tool_use", id, name, caller: { type: "direct" }, input: {} };
	const pieces = [json.slice(0, 4), json.slice(4)];
	add(
		use,
		pieces.map((partial_json) => ({ type: "input_json_delta", partial_json })),
		{ ...use, input },
	);
}

function addCall(add: Add, id: string, name: string, input: object): void {
	const use = { type: "tool_use", id, name, input: {} };
	add(use, [{ type: "input_json_delta", partial_json: JSON.stringify(input) }], { ...use, input });
}

function addResult(add: Add, type: string, tool_use_id: string, content: object): void {
	add({ type, tool_use_id, caller: { type: "direct" }, content }, []);
}

function errorOf(tool: string, error_code: string): object {
	return { type: `${tool}_tool_result_error`, error_code };
}

function searchResults(results: { url: string; title: string }[] = []): object[] {
	return results.map(({ url, title }) => ({
		type: "web_search_result",
		url,
		title,
		page_age: null,
		encrypted_content: `encrypted ${url}`,
	}));
}

function fetchedPage({ fetch: url, title = null, text = "" }: { fetch: string; title?: string | null; text?: string }): object {
	const source = { type: "text", media_type: "text/plain", data: text };
	return { type: "web_fetch_result", url, retrieved_at: null, content: { type: "document", source, title, citations: { enabled: true } } };
}

function citationsOf({ cites = [], citesPage }: { cites?: { url: string; title: string }[]; citesPage?: number }): object[] {
	const page = {
		type: "char_location",
		document_index: citesPage,
		document_title: null,
		cited_text: "…",
		start_char_index: 0,
		end_char_index: 1,
	};
	return [
		...cites.map(({ url, title }) => ({
			type: "web_search_result_location",
			url,
			title,
			cited_text: "…",
			encrypted_index: `index of ${url}`,
		})),
		...(citesPage === undefined ? [] : [page]),
	];
}

/** How often each tool was used without an error, as the API counts it. */
export function toolUsageOf(blocks: readonly ScriptedBlock[]): object {
	const searches = blocks.filter((block) => "search" in block && !block.error).length;
	const fetches = blocks.filter((block) => "fetch" in block && !block.error).length;
	return { server_tool_use: { web_search_requests: searches, web_fetch_requests: fetches } };
}
