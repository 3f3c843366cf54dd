// The fields of a conversation's settings for Claude, in a form.

import { useEffect, useId, useState } from "react";
import type { OfferedModel } from "../../../../src/protocol/claude/choices.ts";
import {
	asksSchema,
	type Budget,
	budgetSchema,
	type ClaudeSettings,
	type Effort,
	effortSchema,
} from "../../../../src/protocol/claude-settings.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { session } from "../../account/currentSession.ts";
import { type Choices, choicesOf } from "./api.ts";
import styles from "./ConversationSettingsDialog.module.css";
import { names } from "./claudeChange.ts";
import { FormerInstructions } from "./FormerInstructions.tsx";
import { McpFields } from "./McpFields.tsx";
import { useWords } from "./words.ts";

export function ClaudeFields({ settings, isReadOnly }: { settings: ClaudeSettings & { id: string }; isReadOnly: boolean }) {
	const words = useWords();
	const id = useId();
	const choices = useChoices();
	const [model, setModel] = useState(settings.model ?? "");
	const { instructions, instructionsBy, asks, tools, budget } = settings;
	const replying = choices?.models.find((one) => (model === "" ? one.isDefault : one.id === model));
	return (
		<>
			<ModelField chosen={model} before={settings.model} models={choices?.models} isReadOnly={isReadOnly} onChoose={setModel} />
			<EffortField before={settings.effort} model={replying} isReadOnly={isReadOnly} />
			<label htmlFor={`${id} instructions`}>{words.instructions}</label>
			{/* A disabled field could not be scrolled by keyboard. */}
			<textarea
				id={`${id} instructions`}
				name={names.instructions}
				className={styles.instructions}
				defaultValue={instructions}
				maxLength={limits.instructions}
				rows={4}
				readOnly={isReadOnly}
				dir="auto"
				aria-describedby={`${id} hint`}
			/>
			<p id={`${id} hint`} className={styles.hint}>
				{words.instructionsAre} {instructionsBy && words.instructionsBy(instructionsBy.username, instructionsBy.at)}
			</p>
			{instructionsBy && <FormerInstructions conversationId={settings.id} />}
			<fieldset className={styles.modes} disabled={isReadOnly}>
				<legend>{words.asksLegend}</legend>
				{asksSchema.options.map((who) => (
					<label key={who}>
						<input type="radio" name={names.asks} value={who} defaultChecked={who === asks} />
						{words.asks[who]}
					</label>
				))}
			</fieldset>
			<fieldset className={styles.modes} disabled={isReadOnly}>
				<legend>{words.toolsLegend}</legend>
				{(["webSearch", "webFetch"] as const).map((tool) => (
					<ToolField key={tool} tool={tool} isOn={tools[tool]} model={replying} />
				))}
				{choices && choices.mcp.length > 0 && <McpFields servers={choices.mcp} chosen={tools.mcp ?? []} />}
			</fieldset>
			<BudgetFields budget={budget} isReadOnly={isReadOnly} />
		</>
	);
}

function BudgetFields({ budget, isReadOnly }: { budget: Budget | null; isReadOnly: boolean }) {
	const words = useWords();
	const id = useId();
	const [period, setPeriod] = useState<string>(budget?.period ?? "");
	return (
		<div className={styles.budget}>
			<div>
				<label htmlFor={`${id} period`}>{words.period}</label>
				<select
					id={`${id} period`}
					name={names.period}
					value={period}
					disabled={isReadOnly}
					onChange={({ target }) => setPeriod(target.value)}
				>
					{(["", ...budgetSchema.entries.period.options] as const).map((one) => (
						<option key={one} value={one}>
							{words.periods[one]}
						</option>
					))}
				</select>
			</div>
			{period !== "" && (
				<div>
					<label htmlFor={`${id} usd`}>{words.budget}</label>
					<input
						id={`${id} usd`}
						name={names.usd}
						type="number"
						inputMode="decimal"
						min={0}
						max={limits.budgetUsd}
						step="any"
						readOnly={isReadOnly}
						required
						defaultValue={budget?.usd}
					/>
				</div>
			)}
		</div>
	);
}

type EffortProps = { before: Effort | null; model: OfferedModel | undefined; isReadOnly: boolean };

/** Offers the levels that the model has, and the present one, which other owners may have chosen for another model. */
function EffortField({ before, model, isReadOnly }: EffortProps) {
	const words = useWords();
	const id = useId();
	const [chosen, setChosen] = useState<Effort | "">(before ?? "");
	const { options } = effortSchema;
	const has = (effort: Effort) => model?.capabilities?.efforts?.includes(effort) ?? true;
	const offered = options.filter((effort) => has(effort) || effort === before);
	const isLimited = model !== undefined && !options.every(has);
	return (
		<>
			<label htmlFor={id}>{words.effort}</label>
			<select
				id={id}
				name={names.effort}
				className={styles.wide}
				value={chosen !== "" && offered.includes(chosen) ? chosen : ""}
				disabled={isReadOnly}
				aria-describedby={isLimited ? `${id} hint` : undefined}
				onChange={({ target }) => setChosen(target.value as Effort | "")}
			>
				{(["", ...offered] as const).map((effort) => (
					<option key={effort} value={effort}>
						{effort === "" || has(effort) ? words.efforts[effort] : words.effortMissing(words.efforts[effort])}
					</option>
				))}
			</select>
			{isLimited && (
				<p id={`${id} hint`} className={styles.hint}>
					{options.some(has) ? words.fewEfforts(model.name) : words.noEfforts(model.name)}
				</p>
			)}
		</>
	);
}

type ToolProps = { tool: "webSearch" | "webFetch"; isOn: boolean; model: OfferedModel | undefined };

/** A tool that the model does not have can only be turned off. */
function ToolField({ tool, isOn, model }: ToolProps) {
	const words = useWords();
	const isMissing = model?.capabilities?.[tool] === false;
	return (
		<label>
			{/* The key takes back a choice that another model made possible. */}
			<input key={isMissing ? "missing" : "there"} type="checkbox" name={names[tool]} defaultChecked={isOn} disabled={isMissing && !isOn} />
			<span>
				{words[tool]}
				{isMissing && <small>{words.toolMissing[tool](model.name)}</small>}
			</span>
		</label>
	);
}

type ModelProps = {
	chosen: string;
	before: string | null;
	models: readonly OfferedModel[] | undefined;
	isReadOnly: boolean;
	onChoose(model: string): void;
};

/** Before the list is loaded, and if it is not, only the default and the present one can be told. */
function ModelField({ chosen, before, models, isReadOnly, onChoose }: ModelProps) {
	const words = useWords();
	const id = useId();
	const label = ({ name, price }: OfferedModel) => (price ? words.pricedModel(name, price.input, price.output) : name);
	const isKnown = before === null || models?.some((model) => model.id === before);
	return (
		<>
			<label htmlFor={id} className={styles.first}>
				{words.model}
			</label>
			<select
				id={id}
				name={names.model}
				className={styles.wide}
				value={chosen}
				disabled={isReadOnly}
				onChange={({ target }) => onChoose(target.value)}
			>
				<option value="">{words.defaultModel(models?.find(({ isDefault }) => isDefault)?.name)}</option>
				{models?.map((model) => (
					<option key={model.id} value={model.id}>
						{label(model)}
					</option>
				))}
				{!isKnown && <option value={before}>{models ? words.modelGone(before) : before}</option>}
			</select>
			{models?.some(({ price }) => price) && <p className={styles.hint}>{words.pricesAre}</p>}
		</>
	);
}

function useChoices(): Choices | undefined {
	const [choices, setChoices] = useState<Choices>();
	useEffect(() => {
		let isCurrent = true;
		session.call(choicesOf).then((result) => isCurrent && "value" in result && setChoices(result.value));
		return () => {
			isCurrent = false;
		};
	}, []);
	return choices;
}
