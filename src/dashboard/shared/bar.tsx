import type { VNode } from 'preact';

/** A share, for the eye: the number stands beside it. Its colour is its class's `color`. */
export function Bar({ of, share }: { readonly of: 'good' | 'bad'; readonly share: number }): VNode {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000);
  return (
    <svg class={`bar ${of}`} viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={width} height="1" />
    </svg>
  );
}
