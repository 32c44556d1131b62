import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/**
 * The width of a box in pixels, kept up with: charts are drawn at their real size, so that letters and lines are never
 * stretched. 0 until the box stands, which is before anything is painted.
 */
export function useWidth<E extends Element>(): [ref: RefObject<E | null>, width: number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const measure = () => setWidth(Math.floor(box.getBoundingClientRect().width));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
