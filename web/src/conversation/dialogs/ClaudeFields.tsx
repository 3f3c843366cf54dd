// The fields of a conversation's settings for Claude, in a form.

import { useEffect, useId, useState } from "react";
import {
	asksSchema,
	type Budget,
	budgetSchema,
	type ClaudeSettings,
	effortSchema,
	type OfferedModel,
} from "../../../../src/protocol/claude-settings.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { session } from "../../account/currentSession.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { modelsOf } from "./api.ts";
import styles from "./ConversationSettingsDialog.module.css";
import { names } from "./claudeChange.ts";

export function ClaudeFields({ settings, isReadOnly }: { settings: ClaudeSettings; isReadOnly: boolean }) {
	const words = useStrings().claudeSettings;
	const id = useId();
	const models = useModels();
	const { instructions, instructionsBy, asks, tools, budget } = settings;
	return (
		<>
			<ModelField chosen={settings.model} models={models} isReadOnly={isReadOnly} />
			<label htmlFor={`${id} effort`}>{words.effort}</label>
			<select id={`${id} effort`} name={names.effort} className={styles.wide} defaultValue={settings.effort ?? ""} disabled={isReadOnly}>
				{(["", ...effortSchema.options] as const).map((effort) => (
					<option key={effort} value={effort}>
						{words.efforts[effort]}
					</option>
				))}
			</select>
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
					<label key={tool}>
						<input type="checkbox" name={names[tool]} defaultChecked={tools[tool]} />
						{words[tool]}
					</label>
				))}
			</fieldset>
			<BudgetFields budget={budget} isReadOnly={isReadOnly} />
		</>
	);
}

function BudgetFields({ budget, isReadOnly }: { budget: Budget | null; isReadOnly: boolean }) {
	const words = useStrings().claudeSettings;
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

type ModelProps = { chosen: string | null; models: readonly OfferedModel[] | undefined; isReadOnly: boolean };

/** Before the list is loaded, and if it is not, only the default and the chosen one can be told. */
function ModelField({ chosen, models, isReadOnly }: ModelProps) {
	const words = useStrings().claudeSettings;
	const id = useId();
	const label = ({ name, price }: OfferedModel) => (price ? words.pricedModel(name, price.input, price.output) : name);
	const isKnown = chosen === null || models?.some((model) => model.id === chosen);
	return (
		<>
			<label htmlFor={id} className={styles.first}>
				{words.model}
			</label>
			{/* A field that is filled anew shows the choice again once its option is there. */}
			<select
				key={models ? "loaded" : "loading"}
				id={id}
				name={names.model}
				className={styles.wide}
				defaultValue={chosen ?? ""}
				disabled={isReadOnly}
			>
				<option value="">{words.defaultModel(models?.find(({ isDefault }) => isDefault)?.name)}</option>
				{models?.map((model) => (
					<option key={model.id} value={model.id}>
						{label(model)}
					</option>
				))}
				{!isKnown && <option value={chosen}>{models ? words.modelGone(chosen) : chosen}</option>}
			</select>
			{models?.some(({ price }) => price) && <p className={styles.hint}>{words.pricesAre}</p>}
		</>
	);
}

function useModels(): readonly OfferedModel[] | undefined {
	const [models, setModels] = useState<readonly OfferedModel[]>();
	useEffect(() => {
		let isCurrent = true;
		session.call(modelsOf).then((result) => isCurrent && "value" in result && setModels(result.value.models));
		return () => {
			isCurrent = false;
		};
	}, []);
	return models;
}
