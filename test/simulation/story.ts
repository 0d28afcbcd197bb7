import { duration } from '../../machines/describe.ts';
import type { Fact } from './facts.ts';
import type { Act, Plan } from './plan.ts';
import { short } from './rules/rule.ts';
import type { Outcome } from './simulation.ts';

/** Tells a run as given, when, then: with every step of the statecharts. */
export function tell(plan: Plan, { broken, look }: Outcome): string {
  const lines = [
    `Given seed ${plan.seed}, a CI that tells by ${plan.settings.manner}, deliveries that ${plan.settings.tells ? 'tell all' : 'only signal'},`,
    `      ${JSON.stringify(plan.settings.repository)},`,
  ];
  for (const [index, fact] of look.facts.entries()) {
    const text = textOf(fact);
    if (text === null) continue;
    const at = duration(look.times[index] ?? 0).padStart(14);
    lines.push(`${at}  ${fact.kind === 'performed' ? 'When ' : '       '}${text}`);
  }
  for (const { rule, what } of broken) lines.push(`Then "${rule}" is broken: ${what}`);
  if (broken.length === 0) lines.push('Then all is as it should be.');
  return lines.join('\n');
}

export function actText({ do: verb, ...of }: Act): string {
  return `${verb} ${JSON.stringify(of)}`;
}

function textOf(fact: Fact): string | null {
  switch (fact.kind) {
    case 'performed':
      return actText(fact.act);
    case 'moved':
      return `${fact.by === 'us' ? 'Orthrus' : 'people'}: ${fact.branch} ${short(fact.from)} → ${short(fact.to)}`;
    case 'published': {
      const { commit, context, state, description } = fact.status;
      return `status ${short(commit)} ${context} ${state}: ${description}${fact.isNew ? '' : ' (as it was)'}`;
    }
    case 'recorded': {
      const { type, ...data } = fact.event;
      const told = 'commit' in data ? ` ${short(data.commit)}` : '';
      const attempt = 'attempt' in data ? ` attempt ${data.attempt}` : '';
      const head = 'head' in data ? ` head ${short(data.head)}` : '';
      const pull = 'pull' in data ? ` ${data.pull.state} ${short(data.pull.head)}` : '';
      return `${fact.stream} ${fact.version}: ${type}${told}${attempt}${head}${pull} ⇒ ${fact.handled ? fact.state : `(${fact.state})`}`;
    }
    case 'headed':
      return `#${fact.number} has head ${short(fact.head)}`;
    case 'ended': {
      const jobs = fact.jobs.map(
        (job) => `${job.name} ${job.state}${job.built === false ? ' (was there)' : ''}`,
      );
      return `CI: ${short(fact.build.commit)}.${fact.build.attempt} ended: ${fact.error?.kind ?? jobs.join(', ')}`;
    }
    case 'collected':
      return `collected ${fact.path}${fact.wasRooted ? ', which was rooted' : ''}`;
    case 'answer-lost':
      return `the answer to ${fact.place} is lost`;
    case 'died':
      return 'the process dies';
    case 'began':
      return 'the process starts';
    case 'commented':
      return `comment on #${fact.number} ${fact.marker}`;
    case 'surprise':
      return `surprise: ${String(fact.error)}`;
    case 'evaluated':
      return fact.isBuilt ? `CI: builds ${fact.job.name} of ${short(fact.build.commit)}` : null;
    case 'approved':
    case 'asked':
    case 'seen-there':
      return null;
  }
}
