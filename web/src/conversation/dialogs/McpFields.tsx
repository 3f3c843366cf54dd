// The switches of the deployment's MCP servers in a conversation's settings, each with its tools. They belong to a fieldset.

import type { McpServerInfo, McpTools } from "../../../../src/protocol/claude/choices.ts";
import { session } from "../../account/currentSession.ts";
import { useLazy } from "../../controls/useLazy.ts";
import { useWords } from "../../research/words.ts";
import { mcpServersOf } from "./api.ts";
import { names } from "./claudeChange.ts";
import styles from "./McpFields.module.css";

type Props = { servers: readonly McpServerInfo[]; chosen: readonly string[] };
type Tools = NonNullable<McpTools[number]["tools"]>;

export function McpFields({ servers, chosen }: Props) {
	const listed = useLazy(loadTools, true);
	return (
		<>
			<input type="hidden" name={names.mcpKnown} />
			{servers.map(({ name, asks }) => (
				<div key={name}>
					<label>
						<input type="checkbox" name={names.mcp} value={name} defaultChecked={chosen.includes(name)} />
						<bdi>{name}</bdi>
					</label>
					<div className={styles.tools}>
						<ToolList asks={asks} tools={listed && (listed.find((one) => one.name === name)?.tools ?? "unknown")} />
					</div>
				</div>
			))}
		</>
	);
}

function ToolList({ asks, tools }: { asks: McpServerInfo["asks"]; tools: Tools | "unknown" | undefined }) {
	const words = useWords().calls.servers;
	if (!tools) return <p>{words.loading}</p>;
	if (tools === "unknown") return <p>{words.unreachable}</p>;
	const asking = tools.filter(({ readOnly }) => !readOnly).length;
	return (
		<details>
			<summary>
				{words.all(tools.length)} · {words.asking(asking)}
			</summary>
			{asking > 0 && <p>{words.decided[asks]}</p>}
			<ul>
				{tools.map(({ name, description, readOnly }) => (
					<li key={name}>
						<bdi className={styles.name}>{name}</bdi> <span className={styles.rule}>{readOnly ? words.asksNobody : words.asksFirst}</span>
						{description !== "" && <p dir="auto">{description}</p>}
					</li>
				))}
			</ul>
		</details>
	);
}

async function loadTools(): Promise<McpTools> {
	const result = await session.call(mcpServersOf);
	return "value" in result ? result.value.servers : [];
}
