/**
 * Runs at CloudFront before the bucket is asked: the page's own routes are all `index.html`.
 *
 * Files are in `/assets/`, which has a behaviour of its own, or at the top, as `/robots.txt`. Ids of orders and vendors may
 * have dots, so no dot further down makes a file. The API's paths never come here: what it answers stays its answer.
 */
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) {
  var request = event.request;
  if (!/^\/[^/]*\.[^/]*$/.test(request.uri)) request.uri = '/index.html';
  return request;
}
